using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace AgentMesh.WorkloadApi.Probe;

/// <summary>Connections that outlive the program that made them.</summary>
internal static partial class Inheritance
{
    private const int SetDescriptorFlags = 2;   // F_SETFD

    public static async Task<Socket> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    /// <summary>Connects and exchanges HTTP/2's first words, so that the server has seen who is there.</summary>
    public static async Task<Socket> ConnectAndSpeakAsync(string path)
    {
        var socket = await ConnectAsync(path);
        await socket.SendAsync(BegunStream.Preface);
        await socket.ReceiveAsync(new byte[1], SocketFlags.Peek);
        return socket;
    }

    /// <summary>Lets programs that this process starts or becomes use the connection.</summary>
    public static string Share(Socket socket)
    {
        var handle = (int)socket.Handle;
        return Control(handle, SetDescriptorFlags, 0) == 0
            ? handle.ToString(CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("fcntl failed");
    }

    public static void Become(string program, params string[] arguments) => Execute(program, [program, .. arguments, null]);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int handle, int command, int argument);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string program, string?[] arguments);
}
