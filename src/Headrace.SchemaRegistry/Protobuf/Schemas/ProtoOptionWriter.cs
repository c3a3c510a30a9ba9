using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Headrace.Protobuf;

/// <summary>Options as .proto files write them.</summary>
internal static class ProtoOptionWriter
{
    /// <summary><c>name = value</c> of all that are set.</summary>
    public static List<string> Of(IMessage? options, IEnumerable<UninterpretedOption>? others)
    {
        if (options is null)
        {
            return [];
        }

        var known = options.Descriptor.Fields.InDeclarationOrder()
            .Where(field => field is { IsRepeated: false, FieldType: not FieldType.Message } && field.Name != "map_entry" && field.Accessor.HasValue(options))
            .Select(field => $"{field.Name} = {Value(field, field.Accessor.GetValue(options))}");
        return [.. known, .. (others ?? []).Select(Uninterpreted)];
    }

    /// <summary>What a field is called in JSON when nothing is said: unit_price is unitPrice.</summary>
    public static string JsonName(string name)
    {
        var json = new StringBuilder();
        var isUpper = false;
        foreach (var next in name)
        {
            if (next != '_')
            {
                json.Append(isUpper ? char.ToUpperInvariant(next) : next);
            }

            isUpper = next == '_';
        }

        return json.ToString();
    }

    private static string Value(FieldDescriptor field, object value) => value switch
    {
        string text => ProtoQuotes.Quote(text),
        bool yes => yes ? "true" : "false",
        _ when field.FieldType == FieldType.Enum => field.EnumType.FindValueByNumber(Convert.ToInt32(value, CultureInfo.InvariantCulture)).Name,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Uninterpreted(UninterpretedOption option)
    {
        var name = string.Join('.', option.Name.Select(part => part.IsExtension ? $"({part.NamePart_})" : part.NamePart_));
        var value = option switch
        {
            { HasAggregateValue: true } => $"{{ {option.AggregateValue} }}",
            { HasStringValue: true } => ProtoQuotes.Quote(option.StringValue.ToStringUtf8()),
            { HasPositiveIntValue: true } => option.PositiveIntValue.ToString(CultureInfo.InvariantCulture),
            { HasNegativeIntValue: true } => option.NegativeIntValue.ToString(CultureInfo.InvariantCulture),
            { HasDoubleValue: true } => option.DoubleValue.ToString("R", CultureInfo.InvariantCulture),
            _ => option.IdentifierValue,
        };
        return $"{name} = {value}";
    }
}
