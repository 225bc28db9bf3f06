using AgentMesh.AuthServer.Hosting;
using AgentMesh.Manifest;
using AgentMesh.ServiceDefaults;

if (args.Any(argument => argument is "--help" or "-h" or "-?"))
{
    Console.Out.WriteLine(Usage.Text);
    return 0;
}

try
{
    await using var app = AuthServerHost.Build(args, builder => builder.AddServiceDefaults());
    await app.RunAsync();
    return 0;
}
catch (ManifestException invalid)
{
    foreach (var diagnostic in invalid.Diagnostics)
    {
        Console.Error.WriteLine(diagnostic);
    }
    return 1;
}
catch (Exception failure) when (StartupErrors.Explain(failure) is { } message)
{
    Console.Error.WriteLine($"auth-server: {message}");
    return 1;
}
