using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headrace.Redriving;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Resolution))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(AlertState))]
[JsonSerializable(typeof(WebhookBody))]
internal sealed partial class RedrivingJson : JsonSerializerContext;
