using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace AgentMesh.SemanticKernel.Rules;

/// <summary>
/// What the user asked: the words of the last user message, and the JSON in any user message. Nothing else of a conversation is
/// read here. What a system prompt, an earlier answer or a tool says cannot steer the plan, and neither can text inside the JSON.
/// </summary>
internal sealed partial class Question
{
    public Question(IEnumerable<ChatMessage> messages)
    {
        var context = new List<JsonElement>();
        foreach (var message in messages.Where(m => m.Role == ChatRole.User))
        {
            var (prose, values) = JsonInText.Split(message.Text);
            context.AddRange(values);
            if (!string.IsNullOrWhiteSpace(prose))
                Text = prose.Trim();
        }
        Context = context;
        Stems = Words.Stems(Text).ToHashSet();
        var later = Afterwards().Match(Text);
        var divided = later is { Success: true, Index: > 0 };
        Now = divided ? new(Text[..later.Index], context) : this;
        Later = divided ? new(Text[later.Index..], context) : null;
    }

    private Question(string text, IReadOnlyList<JsonElement> context)
    {
        (Text, Context, Stems, Now) = (text, context, Words.Stems(text).ToHashSet(), this);
    }

    /// <summary>No words at all.</summary>
    public static Question Nothing { get; } = new("", []);

    public string Text { get; } = "";

    public IReadOnlyList<JsonElement> Context { get; }

    public IReadOnlySet<string> Stems { get; }

    /// <summary>The part before the first "then", "once", "after", "when"; all of it when there is none.</summary>
    public Question Now { get; }

    /// <summary>The part from there on: it is about the last of several steps.</summary>
    public Question? Later { get; }

    /// <summary>Asked, not told.</summary>
    public bool IsAsked => Text.TrimEnd().EndsWith('?');

    /// <summary>Numbers in the order of the text; "10 %" is 0.1.</summary>
    public IReadOnlyList<QuestionNumber> Numbers => [.. Number().Matches(Text).Select(ToNumber)];

    /// <summary>Whether the text has this word, in any case.</summary>
    public bool Mentions(string word) =>
        Regex.IsMatch(Text, $@"(?<![\w.-]){Regex.Escape(word)}(?![\w-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>Words in capitals, such as tickers.</summary>
    public IEnumerable<string> Capitals => Capital().Matches(Text).Select(m => m.Value);

    private static QuestionNumber ToNumber(Match match)
    {
        var number = double.Parse(match.Groups["number"].Value, NumberStyles.Float, CultureInfo.InvariantCulture);
        return match.Groups["percent"].Success ? new(number / 100, IsPercent: true) : new(number, IsPercent: false);
    }

    [GeneratedRegex(@"[,;.]?\s*\b(and\s+|but\s+)?(then|once|after|afterwards|when)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Afterwards();

    [GeneratedRegex(@"(?<![\w.])(?<number>\d{1,9}(\.\d{1,9})?)(?<percent>\s*(%|percent\b|per cent\b))?(?!\w)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Number();

    [GeneratedRegex(@"(?<!\w)[A-Z][A-Z0-9]{1,5}(?!\w)", RegexOptions.CultureInvariant)]
    private static partial Regex Capital();
}

/// <summary>A number of the question.</summary>
internal readonly record struct QuestionNumber(double Value, bool IsPercent)
{
    public bool IsWhole => !IsPercent && double.IsInteger(Value);
}
