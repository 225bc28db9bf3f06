using AgentMesh.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace AgentMesh.Spiffe.Tests.Ids;

public sealed class SpiffeIdProperties
{
    private const string TrustDomainChars = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
    private const string SegmentChars = TrustDomainChars + "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly Config Many = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1000);

    private static Gen<string> Text(string chars) =>
        Gen.NonEmptyListOf(Gen.Elements(chars.ToCharArray())).Select(static c => new string([.. c]));

    private static Gen<(string TrustDomain, string[] Segments)> Valid() =>
        from trustDomain in Text(TrustDomainChars)
        from segments in Gen.ListOf(Text(SegmentChars).Where(static s => s is not ("." or "..")))
        where trustDomain.Length <= 255
        select (trustDomain, segments.ToArray());

    [Fact, Proves("ID1", "ID2", "ID3")]
    public void What_the_grammar_makes_is_parsed_and_gives_itself_back() => Prop.ForAll(Valid().ToArbitrary(), parts =>
    {
        var text = $"spiffe://{parts.TrustDomain}{string.Concat(parts.Segments.Select(static s => "/" + s))}";
        if (text.Length > 2048)
            return !SpiffeId.TryParse(text, out _);
        var id = SpiffeId.Parse(text);
        return id.ToString() == text
            && id.TrustDomain.Name == parts.TrustDomain
            && id.Path == text["spiffe://".Length..][parts.TrustDomain.Length..]
            && id.Equals(SpiffeId.Parse(new string(text.ToCharArray())))
            && SpiffeId.Create(id.TrustDomain, id.Path) == id;
    }).Check(Many);

    [Fact, Proves("ID1", "ID2")]
    public void Whatever_is_parsed_keeps_to_the_grammar() => Prop.ForAll(AlmostValid().ToArbitrary(), text =>
    {
        if (!SpiffeId.TryParse(text, out var id))
            return true;
        var rest = text["spiffe://".Length..];
        var parts = rest.Split('/');
        return text.StartsWith("spiffe://", StringComparison.Ordinal)
            && text.Length <= 2048
            && id.ToString() == text
            && parts[0].Length is > 0 and <= 255 && parts[0].All(TrustDomainChars.Contains)
            && parts.Skip(1).All(static s => s.Length > 0 && s is not ("." or "..") && s.All(SegmentChars.Contains));
    }).Check(Many);

    [Fact, Proves("ID1", "ID2")]
    public void Nothing_makes_it_throw() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        _ = SpiffeId.TryParse(text, out _);
        _ = TrustDomain.TryParse(text, out _);
        _ = SpiffeId.TryParse("spiffe://" + text, out _);
        return true;
    }).Check(Many);

    // Valid ones with something inserted somewhere: what an attacker would try.
    private static Gen<string> AlmostValid() =>
        from parts in Valid()
        let text = $"spiffe://{parts.TrustDomain}{string.Concat(parts.Segments.Select(static s => "/" + s))}"
        from insert in Gen.OneOf(
            Gen.Elements("/", "//", ".", "..", "/..", "%2f", "%", "@", ":", ":80", "?", "#", "\0", " ", "\n", "A", "ä", "İ", "K", "\ud800", "．", "⁄"),
            ArbMap.Default.GeneratorFor<char>().Select(static c => c.ToString()))
        from position in Gen.Choose(0, text.Length)
        select text.Insert(position, insert);
}
