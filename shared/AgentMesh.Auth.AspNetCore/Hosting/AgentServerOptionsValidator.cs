using Microsoft.Extensions.Options;

namespace AgentMesh.Auth.AspNetCore;

[OptionsValidator]
internal sealed partial class AgentServerOptionsValidator : IValidateOptions<AgentServerOptions>;
