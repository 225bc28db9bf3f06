using Microsoft.Extensions.Options;

namespace AgentMesh.Entra;

[OptionsValidator]
internal sealed partial class EntraOptionsValidator : IValidateOptions<EntraOptions>;
