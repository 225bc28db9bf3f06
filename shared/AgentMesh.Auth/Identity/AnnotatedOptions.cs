using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

/// <summary>
/// Checks settings by their annotations and fails with the annotations' own messages, which name the setting and the fix. The validator that the framework
/// generates puts its own words in the place of a <see cref="RangeAttribute"/>'s.
/// </summary>
internal sealed class AnnotatedOptions<TOptions> : IValidateOptions<TOptions> where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        List<ValidationResult> results = [];
        return Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(results.Select(static r => r.ErrorMessage ?? "A setting is wrong."));
    }
}
