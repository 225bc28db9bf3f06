using System.Net;

namespace AgentMesh.A2A;

/// <summary>Settings of push notifications (A2A §13.2).</summary>
public sealed class PushNotificationOptions
{
    /// <summary>How often a notification is tried. Default 5.</summary>
    public int Attempts { get; set; } = 5;

    /// <summary>The wait before the second attempt; doubled, with jitter, before each further one. Default 1 second.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an attempt may take. Default 10 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many webhooks a task may have. Default 8.</summary>
    public int MaxConfigsPerTask { get; set; } = 8;

    /// <summary>Whether webhooks may be plain http. Default no.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>
    /// Whether an owner may still be notified, asked with the owner before each attempt. Where not, its webhook is deleted; where it cannot be told now
    /// (<see langword="null"/>), the attempt counts as failed. Without it every owner may.
    /// </summary>
    public Func<string, bool?>? MayNotify { get; set; }

    /// <summary>
    /// Networks that webhooks may be in although they are loopback, link-local, private or reserved. Empty, the default, blocks all
    /// of those: addresses are checked after name resolution, when the connection is made.
    /// </summary>
    public IList<IPNetwork> AllowedNetworks { get; } = [];
}
