using System.Security.Cryptography;
using System.Text;
using Headrace.Avro;

namespace Headrace;

/// <summary>A schema of Avro 1.12 (https://avro.apache.org/docs/1.12.0/specification/). Immutable; safe for many threads.</summary>
public sealed class AvroSchema
{
    private readonly Lazy<string> _canonicalForm;

    internal AvroSchema(AvroKind kind)
    {
        Kind = kind;
        _canonicalForm = new(() => AvroSchemaWriter.Canonical(this));
    }

    /// <summary>The full name of a record, enum or fixed; <see langword="null"/> for other schemas.</summary>
    public string? Name => TypeName?.Full;

    /// <summary>The Parsing Canonical Form: what readers need of the schema and nothing else, equal for schemas that mean the same to them.</summary>
    public string CanonicalForm => _canonicalForm.Value;

    internal AvroKind Kind { get; }

    internal AvroName? TypeName { get; init; }

    internal IReadOnlyList<string> Aliases { get; init; } = [];

    internal AvroLogical Logical { get; init; }

    /// <summary>Digits of a decimal, and how many of them stand behind the point.</summary>
    internal int Precision { get; init; }

    internal int Scale { get; init; }

    /// <summary>Of a record. Set once, right after it was made, because a field may be of the record's own type.</summary>
    internal IReadOnlyList<AvroField> Fields { get; set; } = [];

    internal IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>Of an enum: the index of a symbol, or -1.</summary>
    internal int IndexOf(string symbol)
    {
        for (var index = 0; index < Symbols.Count; index++)
        {
            if (Symbols[index] == symbol)
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>Of an enum: what readers take for a symbol that they do not know.</summary>
    internal string? DefaultSymbol { get; init; }

    /// <summary>What the items of an array or the values of a map are.</summary>
    internal AvroSchema? Element { get; init; }

    internal IReadOnlyList<AvroSchema> Branches { get; init; } = [];

    /// <summary>The bytes of a fixed.</summary>
    internal int Size { get; init; }

    /// <summary>What a message calls the schema: its name, or its type.</summary>
    internal string Label => Name ?? (Kind == AvroKind.Union ? $"[{string.Join(", ", Branches.Select(branch => branch.Label))}]" : Kind.ToString().ToLowerInvariant());

    /// <summary>Reads a schema of its JSON text.</summary>
    /// <exception cref="AvroSchemaException">The text is no JSON or no schema: the message names the place and the rule.</exception>
    public static AvroSchema Parse(string json) => Parse(json, []);

    /// <summary>Reads a schema whose names may refer to other schemas, and to what these define.</summary>
    /// <param name="json">The schema.</param>
    /// <param name="references">The schemas it refers to.</param>
    /// <exception cref="AvroSchemaException">As for <see cref="Parse(string)"/>.</exception>
    public static AvroSchema Parse(string json, IEnumerable<AvroSchema> references) => AvroSchemaParser.Parse(json, references);

    /// <summary>The 64-bit Rabin fingerprint (CRC-64-AVRO) of the canonical form.</summary>
    public ulong Fingerprint() => AvroCrc64.Of(Encoding.UTF8.GetBytes(CanonicalForm));

    /// <summary>The MD5 or SHA-256 fingerprint of the canonical form.</summary>
    /// <exception cref="NotSupportedException">It is another algorithm.</exception>
    public byte[] Fingerprint(HashAlgorithmName algorithm)
    {
        var form = Encoding.UTF8.GetBytes(CanonicalForm);
#pragma warning disable CA5351 // The specification offers MD5; it tells schemas apart and protects nothing.
        return algorithm == HashAlgorithmName.SHA256 ? SHA256.HashData(form)
            : algorithm == HashAlgorithmName.MD5 ? MD5.HashData(form)
            : throw new NotSupportedException($"Avro has no fingerprint by {algorithm.Name}. Use MD5 or SHA256, or Fingerprint() for CRC-64-AVRO.");
#pragma warning restore CA5351
    }

    /// <summary>The schema as JSON, with everything that this library knows of it; documentation and unknown attributes are left out.</summary>
    public override string ToString() => AvroSchemaWriter.Full(this);
}
