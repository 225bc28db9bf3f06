using Microsoft.AspNetCore.Http;

namespace AgentMesh.A2A.Internal;

/// <summary>Reads what a request says besides its parameters, and refuses it early (A2A §3.2.6, §3.6, §13.1).</summary>
internal sealed class CallContexts
{
    private readonly A2AServerOptions _options;
    private readonly HashSet<string> _known;
    private readonly string[] _required;
    private readonly CancellationToken _stopping;

    public CallContexts(A2AServerOptions options, CancellationToken stopping)
    {
        _options = options;
        _stopping = stopping;
        var extensions = options.Card!.Capabilities.Extensions ?? [];
        _known = new(extensions.Select(each => each.Uri), StringComparer.Ordinal);
        _required = [.. extensions.Where(each => each.Required).Select(each => each.Uri)];
    }

    public CallContext Create(HttpContext context)
    {
        var call = Identify(context);
        RequireVersion(context.Request);
        RequireRunning();
        var asked = context.Request.Headers[A2AHeaders.Extensions]
            .SelectMany(header => (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var missing = _required.Where(each => !asked.Contains(each)).ToList();
        if (missing.Count > 0)
            throw new A2AException(A2AErrorCode.ExtensionSupportRequired, $"The agent requires the extension {missing[0]}; name it in {A2AHeaders.Extensions}.")
            {
                Metadata = new Dictionary<string, string> { ["extensions"] = string.Join(",", missing) },
            };
        asked.RemoveAll(each => !_known.Contains(each));
        if (asked.Count > 0)
            context.Response.Headers[A2AHeaders.Extensions] = string.Join(",", asked);
        return call with
        {
            Extensions = asked,
            FindDelegatingOwner = _options.FindDelegatingOwner is { } find ? taskId => find(context, taskId) : null,
        };
    }

    /// <summary>For a request of another protocol, which has no headers of this one, and tasks only of its own.</summary>
    public CallContext CreateInProcess(HttpContext context)
    {
        RequireRunning();
        return Identify(context);
    }

    private CallContext Identify(HttpContext context) => _options.Owner!(context) is { Length: > 0 } owner
        ? new(owner, [], _options.CaptureState?.Invoke(context))
        {
            Authorize = _options.Authorize is { } authorize ? (request, task) => authorize(context, request, task) : null,
            TaskMade = _options.OnTaskMade is { } made ? taskId => made(context, taskId) : null,
        }
        : throw new A2AException(A2AErrorCode.Unauthenticated);

    private void RequireRunning()
    {
        if (_stopping.IsCancellationRequested)
            throw new A2AException(A2AErrorCode.Overloaded, "The agent is shutting down.");
    }

    /// <summary>Major and minor count; an empty version is 0.3 (A2A §3.6.2).</summary>
    private static void RequireVersion(HttpRequest request)
    {
        var version = request.Headers[A2AHeaders.Version].ToString();
        if (version.Length == 0)
            version = request.Query[A2AHeaders.Version].ToString();
        var numbers = version.Trim().Split('.');
        if (numbers is ["1", "0"] or ["1", "0", _])
            return;
        throw new A2AException(A2AErrorCode.VersionNotSupported, version.Length == 0
            ? $"The request names no A2A version, which means 0.3; this agent speaks {A2AProtocol.Version}. Send {A2AHeaders.Version}: {A2AProtocol.Version}."
            : $"This agent speaks A2A {A2AProtocol.Version}, not the version that {A2AHeaders.Version} asks for.")
        {
            Metadata = new Dictionary<string, string> { ["supportedVersions"] = A2AProtocol.Version },
        };
    }
}
