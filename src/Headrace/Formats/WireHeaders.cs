namespace Headrace.Formats;

/// <summary>The headers that say what a record is, and the prefix that only the framework writes.</summary>
internal static class WireHeaders
{
    public const string Reserved = "headrace-";
    public const string Type = "headrace-type";
    public const string EventId = "headrace-id";
    public const string Encoding = "headrace-encoding";
    public const string CloudEventsType = "ce_type";

    /// <summary>Throws when headers that a user gave contain one of ours: what the wire says about a record must come from the framework.</summary>
    public static void RefuseReserved(RecordHeaders headers)
    {
        for (var index = 0; index < headers.Count; index++)
        {
            if (IsReserved(headers[index].Name))
            {
                throw Refused(headers[index].Name, nameof(headers));
            }
        }
    }

    public static bool IsReserved(string name) => name.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase);

    public static ArgumentException Refused(string name, string parameter) => new(
        $"The header '{name}' cannot be set. Names that begin with '{Reserved}' are written by the framework, so that readers can rely on them. Choose another name.", parameter);
}
