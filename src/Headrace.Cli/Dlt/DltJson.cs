using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headrace.Cli.Dlt;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(List<SummaryLine>))]
[JsonSerializable(typeof(List<LetterLine>))]
[JsonSerializable(typeof(ResolveLine))]
internal sealed partial class DltJson : JsonSerializerContext;
