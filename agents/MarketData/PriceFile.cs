using System.Globalization;
using AgentMesh.ServiceDefaults;
using CsvHelper;

namespace AgentMesh.Agents.MarketData;

/// <summary>
/// Reads a price file. Only the columns of its layout are read: whatever else the file holds, in a header or a cell,
/// is never looked at and so never leaves this process.
/// </summary>
internal static class PriceFile
{
    private const int LongestLine = 4_096;
    private const int LongestQuote = 40;

    private static readonly CsvReaderOptions Csv = new()
    {
        Separator = ',',
        MalformedData = CsvMalformedDataHandling.Throw,
        FieldCountMismatch = CsvFieldCountHandling.Throw,
        AllowLineBreaksInQuotes = false,
        TrackLineNumbers = true,
        MaxRecordSize = LongestLine,
        BufferSize = LongestLine,
        IncludeValuesInExceptions = false,
    };

    /// <exception cref="StartupException">The file is missing, unreadable or malformed.</exception>
    public static IReadOnlyList<PriceSeries> Read(string directory, PriceFileLayout layout)
    {
        var path = Path.Combine(directory, layout.FileName);
        try
        {
            using var file = File.OpenRead(path);
            return Read(file, path, layout);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StartupException($"{path} is missing. {Fix}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{path} cannot be read: {e.Message} {Fix}", e);
        }
    }

    /// <inheritdoc cref="Read(string, PriceFileLayout)"/>
    public static IReadOnlyList<PriceSeries> Read(Stream file, string path, PriceFileLayout layout)
    {
        using var csv = CsvReader.Create(file, Csv, leaveOpen: true);
        var series = new Dictionary<string, List<PricePoint>>(StringComparer.Ordinal);
        try
        {
            csv.ReadHeader();
            foreach (var column in layout.Columns)
            {
                if (!csv.Headers.Contains(column, StringComparer.Ordinal))
                    throw Malformed(path, 1, $"the column '{column}' is missing; expected {string.Join(',', layout.Columns)}");
            }
            while (csv.Read())
                Add(csv, path, layout, series);
        }
        catch (CsvFormatException e)
        {
            throw Malformed(path, e.LineNumber, "it has another number of fields than the first line, wrong quotes, or is too long", e);
        }
        if (series.Count == 0)
            throw Malformed(path, 1, "there are no prices after it");
        return [.. series.Select(s => new PriceSeries(s.Key, layout.Frequency, s.Value))];
    }

    private static void Add(CsvReader csv, string path, PriceFileLayout layout, Dictionary<string, List<PricePoint>> series)
    {
        var line = csv.LineNumber;
        var symbol = layout.Symbol ?? csv.GetString(PriceFileLayout.SymbolColumn);
        if (!Ticker.IsValid(symbol))
            throw Malformed(path, line, $"{Quote(symbol)} is not a symbol; expected up to {Ticker.LongestSymbol} of A-Z, 0-9, '.' and '-'");

        var date = csv.GetString(PriceFileLayout.DateColumn);
        if (!DateOnly.TryParseExact(date, layout.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            throw Malformed(path, line, $"{Quote(date)} is not a date; expected {layout.DateFormat}");

        var number = csv.GetString(layout.PriceColumn);
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var price))
            throw Malformed(path, line, $"{Quote(number)} is not a price");
        if (price <= 0)
            throw Malformed(path, line, $"the price {Quote(number)} of {symbol} is not greater than 0");

        if (!series.TryGetValue(symbol, out var points))
            series.Add(symbol, points = []);
        if (points.Count > 0 && points[^1].Date >= day)
            throw Malformed(path, line, $"{symbol} on {day:yyyy-MM-dd} does not come after {points[^1].Date:yyyy-MM-dd}; dates must ascend");
        points.Add(new PricePoint(day, price));
    }

    private const string Fix = $"Set {PriceHistoryOptions.DirectoryKey} to the directory that holds the price files.";

    private static StartupException Malformed(string path, long line, string what, Exception? inner = null) =>
        new($"{path}({line}): {what}. Repair the file, or set {PriceHistoryOptions.DirectoryKey} to another directory.", inner);

    // What a file says is shown in a terminal: short, and no control characters.
    private static string Quote(string field)
    {
        var shown = string.Concat(field.Take(LongestQuote).Select(c => char.IsControl(c) ? '?' : c));
        return field.Length > LongestQuote ? $"'{shown}…'" : $"'{shown}'";
    }
}
