using System.Text.Json.Serialization;

namespace AgentMesh.Agents.Trader.Placing;

/// <summary>
/// An order, complete: what is proposed, what a person approves (RFC 9396, type <see cref="Type"/>), and what is placed. Each member is compared with what was approved.
/// </summary>
/// <param name="OrderId">Names the proposal; good for one execution.</param>
/// <param name="Account">Who pays, or is paid.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Symbol">Of which share.</param>
/// <param name="Quantity">Whole shares.</param>
/// <param name="LimitPrice">The most a share may cost, or the least it must bring.</param>
/// <param name="Currency">Of the price.</param>
internal sealed record Order(string OrderId, string Account, OrderSide Side, string Symbol, long Quantity, decimal LimitPrice, string Currency)
{
    /// <summary>The <c>type</c> of an order among <c>authorization_details</c>.</summary>
    public const string Type = "urn:agentmesh:order";
}

/// <summary>The one way in which orders are written and read: all members, and no others.</summary>
[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext;
