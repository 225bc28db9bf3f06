using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using AgentMesh.WorkloadApi.Probe;

// fetch SOCKET              connects, asks for an X509-SVID and prints what came of it
// exec SOCKET PROGRAM       connects, and becomes PROGRAM, which asks over the connection
// leave SOCKET PROGRAM      connects, hands the connection to PROGRAM and ends; PROGRAM asks when that is so
// inherited HANDLE [wait]   asks over a connection that somebody else made
switch (args)
{
    case ["fetch", var path]:
        await Call.PrintAsync(new NetworkStream(await Inheritance.ConnectAsync(path), ownsSocket: true));
        return 0;
    case ["exec", var path, var program]:
        var connection = await Inheritance.ConnectAndSpeakAsync(path);
        Inheritance.Become(program, "inherited", Inheritance.Share(connection));
        return 1;
    case ["leave", var path, var program]:
        var left = await Inheritance.ConnectAndSpeakAsync(path);
        var start = new ProcessStartInfo(program, ["inherited", Inheritance.Share(left), "wait"]) { RedirectStandardInput = true };
        using (Process.Start(start))
            return 0;
    case ["inherited", var handle, ..]:
        if (args.Length == 3)
            await Console.In.ReadToEndAsync();   // ends with the process at the other end
        await Call.PrintAsync(new BegunStream(new Socket(new SafeSocketHandle(int.Parse(handle, CultureInfo.InvariantCulture), ownsHandle: true))));
        return 0;
    default:
        await Console.Error.WriteLineAsync("fetch SOCKET | exec SOCKET PROGRAM | leave SOCKET PROGRAM");
        return 2;
}
