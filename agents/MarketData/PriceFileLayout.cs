namespace AgentMesh.Agents.MarketData;

/// <summary>How a price file is laid out. A file of one symbol names it here instead of in a column.</summary>
internal sealed record PriceFileLayout(string FileName, PriceFrequency Frequency, string DateFormat, string PriceColumn, string? Symbol = null)
{
    public const string SymbolColumn = "symbol";
    public const string DateColumn = "date";

    public IEnumerable<string> Columns => Symbol is null ? [SymbolColumn, DateColumn, PriceColumn] : [DateColumn, PriceColumn];

    /// <summary>The files that MarketData serves.</summary>
    public static IReadOnlyList<PriceFileLayout> All { get; } =
    [
        new("stocks.csv", PriceFrequency.Monthly, "MMM d yyyy", "price"),
        new("sp500-2000.csv", PriceFrequency.Daily, "yyyy-MM-dd", "adjclose", "SP500"),
    ];
}
