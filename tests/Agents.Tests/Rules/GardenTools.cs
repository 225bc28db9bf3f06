using System.ComponentModel;
using AgentMesh.SemanticKernel;
using Microsoft.SemanticKernel;

namespace AgentMesh.Agents.Tests.Rules;

/// <summary>Tools of nobody's: the rule-based model must not know the Advisor's.</summary>
internal sealed class GardenTools
{
    public List<string> Calls { get; } = [];

    public string WateringResult { get; set; } = """{"litres":12.5,"beds":3}""";

    [KernelFunction("measure_moisture"), Description("Measures how dry the soil of each bed is.")]
    [RequireScope("garden.read")]
    public Moisture Measure([Description("The beds of the garden.")] IReadOnlyList<Bed> beds)
    {
        Calls.Add($"measure {string.Join('+', beds.Select(b => b.Name))}");
        return new Moisture(0.37, beds.Count);
    }

    [KernelFunction("water_bed"), Description("Opens the valve of one bed.")]
    [RequireScope("garden.water")]
    public string Water(
        [Description("The bed's name.")] string name,
        [Description("gentle: drizzle for seedlings; strong: flood against drought")] Flow flow,
        [Description("How many litres.")] double? litres = null)
    {
        Calls.Add($"water {name} {flow} {litres}");
        return WateringResult;
    }

    [KernelFunction("call_gardener"), Description("Sends a message to the gardener.")]
    public string Undeclared()
    {
        Calls.Add("gardener");
        return "a function without a scope ran";
    }
}

internal sealed record Bed(string Name, double Area);

internal sealed record Moisture([property: Description("moisture of the soil, %")] double Level, [property: Description("beds measured")] int Count);

[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<Flow>))]
internal enum Flow { Gentle, Strong }
