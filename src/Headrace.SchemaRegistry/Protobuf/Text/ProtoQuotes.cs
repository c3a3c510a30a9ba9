using System.Text;

namespace Headrace.Protobuf;

/// <summary>Strings as .proto files write them.</summary>
internal static class ProtoQuotes
{
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var next in text)
        {
            quoted.Append(next switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\{Convert.ToString(next, 8).PadLeft(3, '0')}",
                _ => next.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
