using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace AgentMesh.Spiffe.Internal;

/// <summary>What a source holds, and how it changes: by a message, by a lost stream, by a withdrawn identity.</summary>
internal sealed class SpiffeSourceUpdates(WorkloadApiClientOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    // How long a replaced SVID's key stays for handshakes that began with it. Connections of SpiffeHttpHandler hold it longer by themselves.
    private static readonly TimeSpan HandshakeGrace = TimeSpan.FromMinutes(1);

    private readonly SvidRetirement _retirement = new(HandshakeGrace, time);
    private readonly Lock _lock = new();
    private volatile SpiffeSourceState _state = SpiffeSourceState.Empty;
    private volatile SpiffeSourceStatus _status = new(null, time.GetUtcNow(), null);
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WorkloadApiException? _final;
    private bool _disposed;

    /// <summary>SVID or bundles changed.</summary>
    public required Action Updated { get; init; }

    /// <summary>An SVID took another's place.</summary>
    public required Action Rotated { get; init; }

    /// <summary>The workload is somebody else now, or nobody.</summary>
    public required Action IdentityChanged { get; init; }

    public SpiffeSourceState State => _state;

    public SpiffeSourceStatus Status => _status;

    /// <summary>The next change after this call.</summary>
    public Task Next
    {
        get
        {
            lock (_lock)
                return _next.Task;
        }
    }

    /// <summary>Null when ready, else the next change.</summary>
    /// <exception cref="WorkloadApiException">There will be none.</exception>
    public Task? NextUnlessReady()
    {
        lock (_lock)
        {
            if (_state.IsReady)
                return null;
            return _final is null ? _next.Task : throw new WorkloadApiException(_final.Error, _final.Message, _final);
        }
    }

    public void Receive(X509Context context)
    {
        foreach (var problem in context.Problems)
            Log.PartSkipped(logger, problem);
        X509Svid? chosen = null;
        try
        {
            chosen = SvidChoice.Choose(context.Svids, options, static s => s.Id, static s => s.Hint);
        }
        catch (WorkloadApiException e)
        {
            Withdraw(e);
            throw;
        }
        finally
        {
            foreach (var svid in context.Svids)
            {
                if (!ReferenceEquals(svid, chosen))
                    svid.Dispose();
            }
        }
        // Built now and not in the first handshake, where requests would wait for it.
        _ = chosen.TlsContext;
        Change(state => state with { Svid = Newest(state.Svid, chosen), X509Bundles = context.Bundles.ToFrozenDictionary() });
    }

    public void Receive(IReadOnlyDictionary<TrustDomain, JwtBundle> bundles) => Change(state => state with { JwtBundles = bundles.ToFrozenDictionary() });

    public void X509StreamLost(WorkloadApiException? failure)
    {
        _status = _status with { DisconnectedSince = _status.DisconnectedSince ?? time.GetUtcNow(), LastError = failure?.Message };
        if (failure is { Error: WorkloadApiError.PermissionDenied })
            Withdraw(failure);
    }

    public void JwtStreamLost(WorkloadApiException? failure)
    {
        // A server without the JWT profile, or without an identity for us, is as ready as it gets; one that is away is not.
        if (failure is { Error: WorkloadApiError.PermissionDenied or WorkloadApiError.Unimplemented or WorkloadApiError.InvalidArgument })
            Change(static state => state with { JwtBundles = FrozenDictionary<TrustDomain, JwtBundle>.Empty });
    }

    /// <summary>The stream is given up: whoever waits is told.</summary>
    public void Stopped(WorkloadApiException final)
    {
        lock (_lock)
            _final = final;
        Signal();
    }

    public void Dispose()
    {
        lock (_lock)
            _disposed = true;
        _retirement.Dispose();
        _state.Svid?.Dispose();
    }

    // The same certificate again: the instance stays, and with it everybody's connections.
    private X509Svid Newest(X509Svid? current, X509Svid received)
    {
        var same = current is not null && current.Thumbprint == received.Thumbprint && current.Hint == received.Hint;
        _status = new SpiffeSourceStatus(same ? current : received, null, null);
        if (same)
        {
            received.Dispose();
            return current!;
        }
        Log.SvidReceived(logger, received.Id, received.NotAfter);
        if (current is not null)
        {
            Rotated();
            _retirement.Add(current);
            if (current.Id != received.Id)
                IdentityChanged();
        }
        return received;
    }

    // Workload API §5.2.1: what is withdrawn is no longer used, and what verified peers under that identity neither.
    private void Withdraw(WorkloadApiException reason)
    {
        _status = _status with { Svid = null, LastError = reason.Message };
        IdentityChanged();
        if (_state.Svid is not { } svid)
            return;
        Log.IdentityWithdrawn(logger, reason.Message);
        _retirement.Add(svid);
        Change(static state => state with { Svid = null, X509Bundles = FrozenDictionary<TrustDomain, X509Bundle>.Empty });
    }

    private void Change(Func<SpiffeSourceState, SpiffeSourceState> change)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _state = change(_state);
        }
        Signal();
    }

    private void Signal()
    {
        TaskCompletionSource next;
        lock (_lock)
            (next, _next) = (_next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        next.TrySetResult();
        try
        {
            Updated();
        }
#pragma warning disable CA1031 // Somebody else's code: it must not end the stream that everybody lives on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.UpdateHandlerFailed(logger, e);
        }
    }
}
