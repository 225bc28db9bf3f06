using System.Text.Json;

namespace AgentMesh.Cli.Demo;

/// <summary>Reads a portfolio by id or path, and refuses one that makes no sense before an agent is asked about it.</summary>
internal static class PortfolioFile
{
    public const string Default = "port-abc";

    /// <summary>Weights are written with a few decimals: their sum may miss 1 by this much.</summary>
    private const decimal Tolerance = 0.0001m;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <param name="idOrPath">An id in the manifest's <c>data/portfolios</c>, or a JSON file.</param>
    /// <param name="root">The manifest's folder.</param>
    /// <exception cref="MeshException">There is no such file, or what is in it is no portfolio.</exception>
    public static Portfolio Load(string idOrPath, string root)
    {
        var path = Find(idOrPath, Path.Combine(root, "data", "portfolios"));
        Portfolio portfolio;
        try
        {
            portfolio = JsonSerializer.Deserialize<Portfolio>(File.ReadAllText(path), Json)
                ?? throw MeshException.BadInput($"{path}: the file holds null, not a portfolio.");
        }
        catch (JsonException e)
        {
            throw MeshException.BadInput($"{path}({e.LineNumber + 1},{e.BytePositionInLine + 1}): {Reason(e)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MeshException.BadInput($"{path} cannot be read: {e.Message}", e);
        }

        return Problem(portfolio) is { } problem ? throw MeshException.BadInput($"{path}: {problem}") : portfolio;
    }

    /// <summary>Whether the agents know it too: it stands in the manifest's <c>data/portfolios</c>.</summary>
    public static bool IsKnown(string id, string root) =>
        Path.GetFileName(id) == id && File.Exists(Path.Combine(root, "data", "portfolios", id + ".json"));

    private static string Find(string idOrPath, string folder)
    {
        if (File.Exists(idOrPath))
            return Path.GetFullPath(idOrPath);

        // An id is a file's name and nothing else.
        var byId = Path.Combine(folder, Path.GetFileName(idOrPath) + ".json");
        if (Path.GetFileName(idOrPath) == idOrPath && File.Exists(byId))
            return byId;

        var known = Directory.Exists(folder)
            ? string.Join(", ", Directory.EnumerateFiles(folder, "*.json").Select(Path.GetFileNameWithoutExtension).Order())
            : "none";
        throw MeshException.BadInput($"there is no portfolio '{idOrPath}': it is neither a file nor an id in {folder} (there: {known}).");
    }

    private static string? Problem(Portfolio portfolio)
    {
        if (portfolio.Holdings.Count == 0)
            return "'holdings' is empty; give at least one {\"symbol\": …, \"weight\": …}.";

        foreach (var (symbol, weight) in portfolio.Holdings)
        {
            if (string.IsNullOrWhiteSpace(symbol))
                return "a holding has an empty 'symbol'.";
            if (weight < 0)
                return $"the weight of {symbol} is {weight}; weights are 0 to 1, short positions are not supported.";
        }

        if (portfolio.Holdings.GroupBy(holding => holding.Symbol).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return $"{twice.Key} is listed {twice.Count()} times; give each symbol once.";

        var sum = portfolio.Holdings.Sum(holding => holding.Weight);
        return Math.Abs(sum - 1) > Tolerance ? $"the weights add up to {sum}; they must add up to 1." : null;
    }

    private static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }
}
