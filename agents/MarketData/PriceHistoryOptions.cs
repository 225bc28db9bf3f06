using AgentMesh.ServiceDefaults;

namespace AgentMesh.Agents.MarketData;

/// <summary>Where the price files are.</summary>
internal static class PriceHistoryOptions
{
    public const string DirectoryKey = "MarketData:Directory";

    /// <summary>Reads the price files now, so that a bad one ends the process before it listens.</summary>
    /// <exception cref="StartupException">No directory, or a file in it is missing or malformed.</exception>
    public static WebApplicationBuilder AddPriceHistory(this WebApplicationBuilder builder)
    {
        var configured = builder.Configuration[DirectoryKey];
        var directory = string.IsNullOrWhiteSpace(configured)
            ? FindAbove(builder.Environment.ContentRootPath)
            : Path.GetFullPath(configured, builder.Environment.ContentRootPath);
        builder.Services.AddSingleton(PriceHistory.Load(directory));
        return builder;
    }

    private static string FindAbove(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "data");
            if (File.Exists(Path.Combine(data, PriceFileLayout.All[0].FileName)))
                return data;
        }
        throw new StartupException($"No directory 'data' with price files in {start} or above it. Set {DirectoryKey} to the directory that holds them.");
    }
}
