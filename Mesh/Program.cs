using AgentMesh.Cli.CommandLine;

return await MeshCommand.RunAsync(args);
