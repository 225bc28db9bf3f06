namespace AgentMesh.Agents.Trader.Ledger;

/// <summary>What an account holds.</summary>
/// <param name="Account">Its id, which is its portfolio's.</param>
/// <param name="Currency">Of the cash.</param>
/// <param name="Cash">In units of the currency.</param>
/// <param name="Positions">Shares, by symbol.</param>
internal sealed record Statement(string Account, string Currency, decimal Cash, IReadOnlyList<Position> Positions);

/// <summary>Shares of one symbol.</summary>
internal sealed record Position(string Symbol, long Quantity);
