using System.Net;
using System.Net.Sockets;
using AgentMesh.WorkloadApi.Attestation.Linux;
using AgentMesh.WorkloadApi.Configuration;

namespace AgentMesh.WorkloadApi.Serving;

/// <summary>The socket as a file: who may reach it, what is in its place already, and that it goes away again.</summary>
internal sealed class UnixSocketEndpoint(WorkloadApiSettings settings)
{
    private const string Setting = "Mesh:WorkloadApi:Socket";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everyone = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const UnixFileMode OwnersFolder = OwnerOnly | UnixFileMode.UserExecute;
    private const UnixFileMode EveryonesFolder = OwnersFolder | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes the folder, or makes sure that nobody else can put a socket of theirs into it; removes a socket that nobody serves.</summary>
    /// <exception cref="SettingsException">The path cannot be used.</exception>
    public void Prepare()
    {
        var folder = Path.GetDirectoryName(settings.Socket)!;
        try
        {
            if (!Directory.Exists(folder))
                CreateFolder(folder);
            else if (OperatingSystem.IsLinux())
                RequireSafe(folder);
            if (File.Exists(settings.Socket))
                RemoveStale();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{Setting}: {settings.Socket} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Binds the way Kestrel would, and sets the file's mode before anybody can connect.</summary>
    public Socket Bind(EndPoint endpoint)
    {
        if (endpoint is not UnixDomainSocketEndPoint)
            return Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets.SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endpoint);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(settings.Socket, settings.SocketForEveryone ? Everyone : OwnerOnly);
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new SettingsException($"{Setting}: cannot listen on {settings.Socket}: {e.Message}", e);
        }
    }

    /// <summary>For the end: the listener deletes its file, this makes sure.</summary>
    public void Remove()
    {
        if (File.Exists(settings.Socket) && !IsServed())
            File.Delete(settings.Socket);
    }

    private void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, settings.SocketForEveryone ? EveryonesFolder : OwnersFolder);
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static void RequireSafe(string folder)
    {
        const ushort OthersWrite = 0b010_010, Sticky = 0b1_000_000_000;
        if (FileIdentity.Of(folder) is not { } identity)
            return;
        if (identity.Owner != 0 && identity.Owner != PeerCredentials.OwnUserId)
            throw new SettingsException($"{Setting}: the folder {folder} belongs to another user (uid {identity.Owner}), who could put a socket of their own there. Choose a folder of yours.");
        if ((identity.Mode & OthersWrite) != 0 && (identity.Mode & Sticky) == 0)
            throw new SettingsException($"{Setting}: the folder {folder} can be written by others, who could put a socket of their own there. Run chmod 700 on it or choose another.");
    }

    private void RemoveStale()
    {
        if (IsServed())
            throw new SettingsException($"{Setting}: another process serves {settings.Socket} already. Stop it, or choose another path.");
        if (!IsSocket())
            throw new SettingsException($"{Setting}: {settings.Socket} exists and is not a socket. Remove it, or choose another path.");
        File.Delete(settings.Socket);
    }

    private bool IsServed()
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(settings.Socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private bool IsSocket()
    {
        const int TypeMask = 0xF000, SocketType = 0xC000;
        return OperatingSystem.IsLinux()
            ? FileIdentity.Of(settings.Socket) is { } identity && (identity.Mode & TypeMask) == SocketType
            : new FileInfo(settings.Socket).Length == 0;
    }
}
