namespace AgentMesh.Deployment.Spire;

/// <summary>Blocks that the server's and the agent's configuration share.</summary>
internal static class SpireBlocks
{
    public static HclWriter Plugin(this HclWriter plugins, string kind, string name, Action<HclWriter> data) =>
        plugins.Block($"{kind} \"{name}\"", plugin => plugin.Block("plugin_data", data));

    public static HclWriter WriteHealth(this HclWriter root, int port) => root.Block("health_checks", health => health
        .Set("listener_enabled", true)
        .Set("bind_address", "0.0.0.0")
        .Set("bind_port", port.ToString(System.Globalization.CultureInfo.InvariantCulture))
        .Set("live_path", "/live")
        .Set("ready_path", "/ready"));
}
