using System.Security.Cryptography;
using System.Text;

namespace Headrace.Development;

/// <summary>A name that a schema has wherever it is registered: made of its text, its kind and what it uses.</summary>
internal static class SchemaGuid
{
    public static Guid Of(RegistrySchema schema)
    {
        var references = schema.References.Select(reference => $"{reference.Name}\n{reference.Subject}\n{reference.Version}");
        var text = string.Join('\n', [schema.Type, .. references, schema.Text]);
        return new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16), bigEndian: true);
    }
}
