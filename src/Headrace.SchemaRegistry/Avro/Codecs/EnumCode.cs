namespace Headrace.Avro;

/// <summary>An enum's symbols by the numbers of its .NET values.</summary>
internal sealed class EnumCode
{
    private const int Direct = 256;

    private readonly Type _type;
    private readonly int[] _small;
    private readonly Dictionary<long, int> _all = [];

    /// <exception cref="AvroSchemaException">The schema lacks a symbol for one of the values.</exception>
    public EnumCode(Type type, AvroSchema schema, string path)
    {
        _type = type;
        foreach (var (symbol, value) in EnumNames.Of(type))
        {
            var index = schema.IndexOf(symbol) is >= 0 and var exact ? exact : schema.Symbols.Index().Where(pair => ClrTypes.AreAlike(pair.Item, symbol)).Select(pair => pair.Index).DefaultIfEmpty(-1).First();
            _all[EnumNames.NumberOf(value)] = index >= 0 ? index : throw new AvroSchemaException(
                path, $"{schema.Label} has no symbol for {type.Name}.{symbol}, so it could not be written. Add the symbol to the schema, or give the value its name there with [AvroName].");
        }

        _small = [.. Enumerable.Range(0, Direct).Select(number => _all.GetValueOrDefault(number, -1))];
    }

    public void Write(ref AvroWriter writer, long value)
    {
        var index = (ulong)value < Direct ? _small[value] : _all.GetValueOrDefault(value, -1);
        writer.WriteInt(index >= 0 ? index : throw new MessageFormatException($"The message cannot be written: {_type.Name} has no value {value}."));
    }

    /// <summary>The .NET value of each symbol.</summary>
    /// <exception cref="AvroSchemaException">The type lacks a value for one of the symbols.</exception>
    public static T[] ValuesOf<T>(AvroSchema schema, string path)
    {
        var names = EnumNames.Of(typeof(T));
        return [.. schema.Symbols.Select(symbol => Find(symbol))];

        T Find(string symbol)
        {
            var found = names.FirstOrDefault(pair => pair.Symbol == symbol);
            found = found.Value is null ? names.FirstOrDefault(pair => ClrTypes.AreAlike(pair.Symbol, symbol)) : found;
            return found.Value is T value ? value : throw new AvroSchemaException(
                path, $"{typeof(T).Name} has no value for the symbol {symbol} of {schema.Label}. Add it, or give a value that name with [AvroName].");
        }
    }
}
