using System.Net;
using System.Text.Json;

namespace AgentMesh.Deployment.Processes;

/// <summary>A container runtime that answers on this machine.</summary>
/// <param name="Name">Its command: <c>docker</c> or <c>podman</c>.</param>
/// <param name="OperatingSystem">Where its containers run, in its own words.</param>
/// <param name="IsRootless">Its containers run in a user namespace of an ordinary user.</param>
/// <param name="IsVirtualMachine">Its containers run in a virtual machine, not on this kernel.</param>
/// <param name="IsConfinedBySELinux">SELinux keeps its containers from files that are not labelled for them.</param>
/// <param name="IsElsewhere">Its containers run on another machine, or this process is in a container itself: the folders that it mounts are not this process's.</param>
public sealed record ContainerRuntime(
    string Name, string OperatingSystem, bool IsRootless, bool IsVirtualMachine, bool IsConfinedBySELinux = false, bool IsElsewhere = false)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks the runtime that <c>ASPIRE_CONTAINER_RUNTIME</c> names, or else docker and then podman.</summary>
    /// <param name="preferred">The value of <c>ASPIRE_CONTAINER_RUNTIME</c>, if there is one.</param>
    /// <param name="time">The clock; an answer may take ten seconds.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>The first that answers, or null.</returns>
    public static async Task<ContainerRuntime?> FindAsync(string? preferred, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var name in string.IsNullOrWhiteSpace(preferred) ? ["docker", "podman"] : new[] { preferred.Trim() })
        {
            if (await AskAsync(new Command(name, "info", "--format", "{{json .}}"), name, time, cancellationToken) is not { } runtime)
                continue;
            // Which daemon a client speaks to: DOCKER_HOST or its context say so. Podman has no such command, and says it of itself.
            var daemon = await OutputAsync(new Command(name, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"), time, cancellationToken);
            return IsOnAnotherMachine(daemon) ? runtime with { IsElsewhere = true } : runtime;
        }

        return null;
    }

    /// <summary>Asks one runtime what it is.</summary>
    internal static async Task<ContainerRuntime?> AskAsync(Command info, string name, TimeProvider time, CancellationToken cancellationToken) =>
        await OutputAsync(info, time, cancellationToken) is { } answer ? Parse(name, answer) : null;

    /// <summary>Reads the answer of <c>docker info</c> or <c>podman info</c>; null when no daemon stands behind it.</summary>
    internal static ContainerRuntime? Parse(string name, string json) => Parse(name, json, Dns.GetHostName());

    private static async Task<string?> OutputAsync(Command command, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var answer = await command.RunAsync([], either.Token);
            return answer.ExitCode == 0 ? answer.Output : null;
        }
        catch (CommandException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    internal static ContainerRuntime? Parse(string name, string json, string thisMachine)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return root.TryGetProperty("host", out var host) ? Podman(name, host, thisMachine) : Docker(name, root, thisMachine);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ContainerRuntime? Docker(string name, JsonElement root, string thisMachine)
    {
        // A client without a daemon prints its own half and an empty server's.
        if (Text(root, "OperatingSystem") is not { Length: > 0 } system)
            return null;
        List<string> options = root.TryGetProperty("SecurityOptions", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(option => option.GetString() ?? "")]
            : [];
        bool Has(string option) => options.Any(each => each.Contains(option, StringComparison.Ordinal));
        return new(name, system, Has("name=rootless"), system.Contains("Docker Desktop", StringComparison.OrdinalIgnoreCase), Has("name=selinux"))
        {
            IsElsewhere = IsAnother(Text(root, "Name"), thisMachine),
        };
    }

    private static ContainerRuntime Podman(string name, JsonElement host, string thisMachine)
    {
        var security = host.TryGetProperty("security", out var found) && found.ValueKind == JsonValueKind.Object ? found : host;
        return new(name, Text(host, "os") ?? "linux", Is(security, "rootless"), Is(host, "serviceIsRemote"), Is(security, "selinuxEnabled"))
        {
            IsElsewhere = IsAnother(Text(host, "hostname"), thisMachine),
        };
    }

    /// <summary>A container has a host name of its own, too.</summary>
    private static bool IsAnother(string? machine, string thisMachine) => machine is { Length: > 0 } && !machine.Equals(thisMachine, StringComparison.OrdinalIgnoreCase);

    private static bool IsOnAnotherMachine(string? daemon) =>
        Uri.TryCreate(daemon?.Trim(), UriKind.Absolute, out var address) && address.Scheme is not ("unix" or "npipe") && !address.IsLoopback;

    private static bool Is(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
