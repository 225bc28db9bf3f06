using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace AgentMesh.AuthServer.Hosting;

/// <summary>
/// ASP.NET Core's data protection comes with authentication, for cookies that this server never sets. Left alone it keeps a key in
/// the home folder of whoever runs the server; here it keeps it in memory.
/// </summary>
internal static class UnkeptDataProtection
{
    public static void AddUnkeptDataProtection(this IServiceCollection services) =>
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new InMemoryRepository());

    private sealed class InMemoryRepository : IXmlRepository
    {
        private readonly List<XElement> _elements = [];

        public IReadOnlyCollection<XElement> GetAllElements() => [.. _elements.Select(element => new XElement(element))];

        public void StoreElement(XElement element, string friendlyName) => _elements.Add(new XElement(element));
    }
}
