namespace AgentMesh.Cli;

/// <summary>What <c>mesh</c> exits with; scripts and CI rely on these.</summary>
internal static class ExitCode
{
    /// <summary>All was so.</summary>
    public const int Ok = 0;

    /// <summary>The answer is no: <c>can</c> refuses, <c>lint</c> or <c>check</c> finds something, <c>audit verify</c> finds a record that does not fit, the authorization server refuses,
    /// <c>up --once</c> saw something that was not so.</summary>
    public const int No = 1;

    /// <summary>The command line, the manifest, the portfolio or a setting is wrong.</summary>
    public const int BadInput = 2;

    /// <summary>The mesh, or a part of it, does not run or does not answer.</summary>
    public const int Unavailable = 3;

    /// <summary>Ended by Ctrl-C or a signal before it was done (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
