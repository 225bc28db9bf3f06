using System.Reflection;
using System.Text;

namespace AgentMesh.Spiffe.Tests.Conventions;

/// <summary>The public surface is pinned: a change of it is a decision, seen in a diff of <c>PublicApi.txt</c>.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_one_written_down()
    {
        var expected = Path.Combine(AppContext.BaseDirectory, "Conventions", "PublicApi.txt");
        var actual = Describe(typeof(SpiffeId).Assembly);
        if (File.ReadAllText(expected).ReplaceLineEndings("\n") == actual)
            return;
        var received = Path.Combine(AppContext.BaseDirectory, "PublicApi.received.txt");
        File.WriteAllText(received, actual);
        Assert.Fail($"The public surface changed. If that is meant, replace Conventions/PublicApi.txt by {received}.");
    }

    [Fact]
    public void Public_types_are_sealed() => Assert.DoesNotContain(
        typeof(SpiffeId).Assembly.GetExportedTypes(), static t => t is { IsClass: true, IsSealed: false });

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.FullName).Append('\n');
            var members = type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(static m => m is not (MethodInfo { IsSpecialName: true } or Type or FieldInfo { IsSpecialName: true }))
                .Where(static m => !m.Name.Contains('<', StringComparison.Ordinal))
                .Select(Describe).Order(StringComparer.Ordinal);
            foreach (var member in members)
                text.Append("  ").Append(member).Append('\n');
        }
        return text.ToString();
    }

    private static string Kind(Type type) => type.IsInterface ? "interface" : type.IsEnum ? "enum"
        : type.IsValueType ? "struct" : type.BaseType == typeof(MulticastDelegate) ? "delegate"
        : type is { IsAbstract: true, IsSealed: true } ? "static class" : "class";

    private static string Describe(MemberInfo member) => member switch
    {
        MethodInfo method => $"{Static(method.IsStatic)}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        PropertyInfo property => $"{Static(property.GetMethod!.IsStatic)}{Name(property.PropertyType)} {property.Name} {{ get;{(property.SetMethod is { IsPublic: true } ? " set;" : "")} }}",
        FieldInfo field => $"{Static(field.IsStatic)}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
        EventInfo change => $"event {Name(change.EventHandlerType!)} {change.Name}",
        _ => member.ToString()!,
    };

    private static string Static(bool isStatic) => isStatic ? "static " : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(static p =>
        $"{(p.IsOut ? "out " : "")}{Name(p.ParameterType)} {p.Name}{(p.IsOptional ? " = …" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (!type.IsGenericType)
            return type.Name;
        var arguments = string.Join(", ", type.GetGenericArguments().Select(Name));
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{arguments}>";
    }
}
