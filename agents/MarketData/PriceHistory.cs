using System.Collections.Frozen;
using AgentMesh.ServiceDefaults;

namespace AgentMesh.Agents.MarketData;

/// <summary>Every price series that this agent serves, read once.</summary>
public sealed class PriceHistory
{
    private readonly FrozenDictionary<string, PriceSeries> _series;

    /// <exception cref="ArgumentException">Two series have the same symbol.</exception>
    public PriceHistory(IEnumerable<PriceSeries> series)
    {
        _series = series.ToFrozenDictionary(s => s.Symbol, StringComparer.OrdinalIgnoreCase);
        Symbols = [.. _series.Keys.Order(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> Symbols { get; }

    /// <summary>The series of a symbol in any case, or null.</summary>
    public PriceSeries? Find(string symbol) => _series.GetValueOrDefault(symbol);

    /// <exception cref="StartupException">A file is missing, unreadable or malformed, or two files hold the same symbol.</exception>
    public static PriceHistory Load(string directory)
    {
        var series = PriceFileLayout.All.SelectMany(layout => PriceFile.Read(directory, layout)).ToList();
        var twice = series.CountBy(s => s.Symbol).FirstOrDefault(s => s.Value > 1).Key;
        return twice is null
            ? new PriceHistory(series)
            : throw new StartupException($"{directory}: two price files hold the symbol {twice}. Remove it from one of them, or change {PriceHistoryOptions.DirectoryKey}.");
    }
}
