using System.Text.Json;
using System.Text.Json.Serialization;
using Headrace.Benchmarks.Consuming;

namespace Headrace.Benchmarks.Schemas;

/// <summary>The same messages for System.Text.Json, source-generated; enums as names, as Avro's symbols are.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(LargeOrder))]
internal sealed partial class SchemasJson : JsonSerializerContext;
