namespace AgentMesh.Agents.Trader.Ledger;

/// <summary>How the ledger names and counts what accounts hold.</summary>
internal static class Instrument
{
    private const string CashPrefix = "cash:";
    private const string SharePrefix = "share:";
    private const decimal Fraction = 10_000;

    /// <summary>Digits after the decimal point that the ledger keeps.</summary>
    public const int Digits = 4;

    public static string Cash(string currency) => CashPrefix + currency;

    public static string Share(string symbol) => SharePrefix + symbol;

    public static bool IsShare(string instrument, out string symbol)
    {
        symbol = instrument.StartsWith(SharePrefix, StringComparison.Ordinal) ? instrument[SharePrefix.Length..] : "";
        return symbol.Length > 0;
    }

    public static long ToAmount(decimal cash) => checked((long)decimal.Round(cash * Fraction, MidpointRounding.AwayFromZero));

    public static decimal ToCash(long amount) => amount / Fraction;
}
