using Microsoft.Extensions.Options;

namespace AgentMesh.Auth;

[OptionsValidator]
internal sealed partial class AuthorizationServerOptionsValidator : IValidateOptions<AuthorizationServerOptions>;
