using System.Text.Json;

namespace Headrace.Json;

/// <summary>Hashes that are the same for equal JSON values, whatever the order of members and the notation of numbers. Seeded per process, as strings' are.</summary>
internal static class JsonHash
{
    public static int Of(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = 0;
                foreach (var member in value.EnumerateObject())
                {
                    members += HashCode.Combine(member.Name, Of(member.Value));
                }

                return HashCode.Combine(value.ValueKind, members);
            case JsonValueKind.Array:
                var items = new HashCode();
                foreach (var item in value.EnumerateArray())
                {
                    items.Add(Of(item));
                }

                return items.ToHashCode();
            case JsonValueKind.String:
                return value.GetString()!.GetHashCode(StringComparison.Ordinal);
            case JsonValueKind.Number:
                return JsonNumber.Of(value).GetHashCode();
            default:
                return value.ValueKind.GetHashCode();
        }
    }
}
