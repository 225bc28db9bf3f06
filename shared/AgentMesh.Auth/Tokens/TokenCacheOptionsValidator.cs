using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

internal sealed class TokenCacheOptionsValidator : IValidateOptions<TokenCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, TokenCacheOptions options)
    {
        List<string> failures = [];
        Check(options.Capacity is >= 1 and <= 1_000_000, nameof(options.Capacity), "from 1 to 1000000");
        Check(Between(options.ExpiryMargin, 60), nameof(options.ExpiryMargin), "from 00:00:00 to 00:01:00");
        Check(options.RenewAfter is >= 0.1 and <= 0.95, nameof(options.RenewAfter), "from 0.1 to 0.95");
        Check(options.RenewJitter is >= 0 and <= 0.5, nameof(options.RenewJitter), "from 0 to 0.5");
        Check(Between(options.FailureBackoff, 10), nameof(options.FailureBackoff), "from 00:00:00 to 00:00:10");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(bool valid, string setting, string range)
        {
            if (!valid)
                failures.Add($"Mesh:TokenCache:{setting} (environment: Mesh__TokenCache__{setting}) must be {range}.");
        }
    }

    private static bool Between(TimeSpan value, int seconds) => value >= TimeSpan.Zero && value <= TimeSpan.FromSeconds(seconds);
}
