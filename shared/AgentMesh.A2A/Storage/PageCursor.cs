using System.Buffers.Text;
using System.Globalization;
using System.Text;
using AgentMesh.A2A.Internal;

namespace AgentMesh.A2A;

/// <summary>
/// A place in the order of a listing: behind the task with this time and id. Carries the total, which is counted once a listing.
/// It is no secret and grants nothing; whoever edits it reads their own tasks from another place.
/// </summary>
internal readonly record struct PageCursor(long UpdatedMilliseconds, string TaskId, int Total)
{
    private const int MaxLength = 512;

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"1|{UpdatedMilliseconds}|{Total}|{TaskId}")));

    public static PageCursor? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Length <= MaxLength && Base64Url.IsValid(text))
        {
            var fields = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|', 4);
            if (fields.Length == 4 && fields[0] == "1" && fields[3].Length is > 0 and <= RequestValidation.MaxIdLength && RequestValidation.IsText(fields[3])
                && long.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var updated)
                && int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var total))
                return new(updated, fields[3], total);
        }
        throw A2AException.Invalid("pageToken", "Not a token of this listing; leave it empty to begin again.");
    }
}
