using System.Globalization;
using System.Text.Json;
using AgentMesh.ServiceDefaults;

namespace AgentMesh.Agents.Trader.Ledger;

/// <summary>One account with paper money for each portfolio file, opened when the Trader first starts.</summary>
internal static class OpeningAccounts
{
    private const string DirectoryKey = "Trader:PortfolioDirectory";
    private const string CashKey = "Trader:OpeningCash";
    private const decimal DefaultCash = 100_000;

    /// <exception cref="StartupException">A setting, or a file, is wrong.</exception>
    public static void Open(PaperLedger ledger, IConfiguration configuration, string contentRoot)
    {
        var cash = Cash(configuration[CashKey]);
        var directory = configuration[DirectoryKey] is { Length: > 0 } configured ? Path.GetFullPath(configured, contentRoot) : FindAbove(contentRoot);
        foreach (var file in Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal))
        {
            var (id, currency) = Read(file);
            ledger.Open(id, currency, cash);
        }
    }

    private static decimal Cash(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return DefaultCash;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cash) && cash <= 1_000_000_000
            ? cash
            : throw new StartupException($"{CashKey} is \"{text}\". Set it to the cash that a new account has, from 0 to 1000000000.");
    }

    private static (string Id, string Currency) Read(string file)
    {
        try
        {
            using var portfolio = JsonDocument.Parse(File.ReadAllText(file), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var (id, currency) = (portfolio.RootElement.GetProperty("id").GetString(), portfolio.RootElement.GetProperty("currency").GetString());
            if (!string.IsNullOrWhiteSpace(id) && currency is { Length: 3 } && currency.All(char.IsAsciiLetterUpper))
                return (id, currency);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or KeyNotFoundException or InvalidOperationException)
        {
            throw new StartupException($"{file} is no portfolio: {e.Message} See {DirectoryKey}.", e);
        }
        throw new StartupException($"{file} is no portfolio: it needs an \"id\" and a \"currency\" of three capital letters. See {DirectoryKey}.");
    }

    private static string FindAbove(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var portfolios = Path.Combine(folder.FullName, "data", "portfolios");
            if (Directory.Exists(portfolios))
                return portfolios;
        }
        throw new StartupException($"No directory 'data/portfolios' in {start} or above it. Set {DirectoryKey} to the directory that holds the portfolios.");
    }
}
