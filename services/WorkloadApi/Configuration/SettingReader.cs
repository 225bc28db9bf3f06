using System.Globalization;

namespace AgentMesh.WorkloadApi.Configuration;

/// <summary>Reads single settings; what is wrong with one is said with its name and what to write instead.</summary>
internal static class SettingReader
{
    public static TimeSpan Duration(this IConfiguration configuration, string key, TimeSpan usual, TimeSpan min, TimeSpan max)
    {
        var value = configuration[key];
        if (string.IsNullOrEmpty(value))
            return usual;
        return TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var duration) && duration >= min && duration <= max
            ? duration
            : throw new SettingsException($"{key}: '{value}' is not a duration from {min:c} to {max:c}. Write it as [days.]hours:minutes:seconds.");
    }

    public static string OneOf(this IConfiguration configuration, string key, string usual, string other)
    {
        var value = configuration[key];
        if (string.IsNullOrEmpty(value) || value.Equals(usual, StringComparison.OrdinalIgnoreCase))
            return usual;
        return value.Equals(other, StringComparison.OrdinalIgnoreCase)
            ? other
            : throw new SettingsException($"{key}: '{value}' is neither {usual} nor {other}.");
    }

    public static string Required(this IConfiguration configuration, string key, string what) =>
        configuration[key] is { Length: > 0 } value ? value : throw new SettingsException($"{key} is not set. Set it to {what}.");

    /// <summary>An https URL without user information (SPIFFE Federation §5.2.1.1, §5.2.2.1).</summary>
    public static Uri HttpsUrl(this IConfiguration configuration, string key)
    {
        var value = configuration.Required(key, "an https URL");
        return Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0
            ? uri
            : throw new SettingsException($"{key}: '{value}' is not an https URL without user information.");
    }
}
