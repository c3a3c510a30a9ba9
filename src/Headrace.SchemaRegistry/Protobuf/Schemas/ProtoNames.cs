using Google.Protobuf.Reflection;

namespace Headrace.Protobuf;

/// <summary>How a file names the types of its own and of others: as short as can be, without meaning another.</summary>
internal sealed class ProtoNames
{
    private readonly string _package;
    private readonly HashSet<string> _known = [];

    public ProtoNames(FileDescriptor file)
    {
        _package = file.Package;
        Add(file, []);
    }

    /// <summary>What a type is called inside a message.</summary>
    /// <param name="type">The full name of the type.</param>
    /// <param name="scope">The full name of the message.</param>
    public string Of(string type, string scope)
    {
        var inPackage = _package.Length > 0 && type.StartsWith($"{_package}.", StringComparison.Ordinal) ? type[(_package.Length + 1)..] : type;
        return Means(inPackage, scope) == type ? inPackage : Means(type, scope) == type ? type : $".{type}";
    }

    // From the innermost scope outwards, the first that knows the name's first part decides.
    private string? Means(string name, string scope)
    {
        var first = name.Split('.')[0];
        for (var at = scope; ; at = at[..Math.Max(at.LastIndexOf('.'), 0)])
        {
            var prefix = at.Length == 0 ? "" : $"{at}.";
            if (_known.Contains(prefix + first))
            {
                return prefix + name;
            }

            if (at.Length == 0)
            {
                return null;
            }
        }
    }

    private void Add(FileDescriptor file, HashSet<string> seen)
    {
        if (!seen.Add(file.Name))
        {
            return;
        }

        for (var package = file.Package; package.Length > 0; package = package[..Math.Max(package.LastIndexOf('.'), 0)])
        {
            _known.Add(package);
        }

        _known.UnionWith(file.EnumTypes.Select(type => type.FullName));
        foreach (var message in file.MessageTypes)
        {
            Add(message);
        }

        foreach (var import in file.Dependencies)
        {
            Add(import, seen);
        }
    }

    private void Add(MessageDescriptor message)
    {
        _known.Add(message.FullName);
        _known.UnionWith(message.EnumTypes.Select(type => type.FullName));
        _known.UnionWith(message.Fields.InDeclarationOrder().Select(field => field.FullName));
        foreach (var nested in message.NestedTypes)
        {
            Add(nested);
        }
    }
}
