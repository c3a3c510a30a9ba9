using System.Text;
using System.Text.RegularExpressions;

namespace Headrace.Schemas.Testing;

/// <summary>Random .proto files that protoc accepts, and the same after somebody worked on them. No two messages have one name.</summary>
internal static partial class RandomProto
{
    private static readonly string[] Scalars =
        ["double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes"];

    private static readonly string[] Keys = ["int32", "int64", "uint32", "sint64", "fixed32", "bool", "string"];

    public static string File(Random random, string package)
    {
        var text = new StringBuilder($"syntax = \"proto3\";\npackage {package};\nimport \"google/protobuf/any.proto\";\nenum State {{ NONE = 0; SOME = {random.Next(1, 1 << 20)}; }}\n");
        foreach (var name in (string[])["A", "B", "C"])
        {
            Message(text, random, name, 0);
        }

        return text.Append("message D {\n}\n").ToString();
    }

    /// <summary>The file after a change or two: fields gone, new, reserved, renamed, renumbered, of another type or label, or put into a oneof; a message gone; another package.</summary>
    public static string Changed(Random random, string file)
    {
        var lines = file.Split('\n').ToList();
        for (var count = random.Next(1, 3); count > 0; count--)
        {
            var fields = Enumerable.Range(0, lines.Count).Where(line => FieldLine().IsMatch(lines[line])).ToList();
            if (random.Next(12) == 0 || fields.Count == 0)
            {
                ChangeFile(random, lines);
            }
            else
            {
                var line = fields[random.Next(fields.Count)];
                lines[line] = ChangedField(random, lines[line]);
            }
        }

        return string.Join('\n', lines);
    }

    private static void ChangeFile(Random random, List<string> lines)
    {
        switch (random.Next(4))
        {
            case 0 when lines.IndexOf("message D {") is >= 0 and var empty:
                lines.RemoveRange(empty, 2);
                break;
            case 1 when lines.FindIndex(line => line.StartsWith("package ", StringComparison.Ordinal)) is >= 0 and var package:
                lines[package] = "package elsewhere;";
                break;
            case 2 when lines.FindIndex(line => line.StartsWith("reserved ", StringComparison.Ordinal)) is >= 0 and var reserved:
                lines[reserved] = "";
                break;
            case 3 when !lines.Contains("message Added {"):
                lines.AddRange(["message Added {", "}"]);
                break;
        }
    }

    private static string ChangedField(Random random, string line)
    {
        var field = FieldLine().Match(line).Groups;
        var (label, type, number) = (field["label"].Value, field["type"].Value, int.Parse(field["number"].Value, System.Globalization.CultureInfo.InvariantCulture));
        var isMap = type.StartsWith("map<", StringComparison.Ordinal);
        return random.Next(8) switch
        {
            0 => "",
            1 => $"reserved {number}; reserved \"f_{number}\";",
            2 => $"{label}{type} g_{number} = {number};",
            3 when !isMap => $"{(label.Length > 0 ? "" : random.Next(2) == 0 ? "optional " : "repeated ")}{type} f_{number} = {number};",
            4 => $"{label}{type} f_{number} = {number + 200};",
            5 when label.Length == 0 && !isMap => $"oneof o_{number} {{ {type} f_{number} = {number}; string h_{number} = {number + 300}; }}",
            6 => $"{line} \n{Scalars[random.Next(Scalars.Length)]} n_{number} = {number + 100};", // With the blank it is no line to change again.
            _ when isMap => $"map<{Keys[random.Next(Keys.Length)]}, {Scalars[random.Next(Scalars.Length)]}> f_{number} = {number};",
            _ => $"{label}{Scalars[random.Next(Scalars.Length)]} f_{number} = {number};",
        };
    }

    [GeneratedRegex(@"^(?<label>repeated |optional |)(?<type>[\w.]+|map<\w+, [\w.]+>) f_(?<number>\d+) = \k<number>( \[deprecated = true\])?;$")]
    private static partial Regex FieldLine();

    private static void Message(StringBuilder text, Random random, string name, int depth)
    {
        text.Append($"message {name} {{\n");
        var nested = depth < 3 ? random.Next(3) : 0;
        var number = 0;
        for (var index = 0; index < nested; index++)
        {
            Message(text, random, $"{name}{index}", depth + 1);
            Field(text, random, name, nested, ref number);
        }

        for (var count = random.Next(6); count > 0; count--)
        {
            Field(text, random, name, nested, ref number);
        }

        if (random.Next(3) == 0)
        {
            text.Append($"oneof choice {{ {Type(random, name, nested)} f_{++number} = {number}; {Type(random, name, nested)} f_{++number} = {number}; }}\n");
        }

        text.Append($"reserved {number + 10} to {number + 10 + random.Next(5)};\n}}\n");
    }

    private static void Field(StringBuilder text, Random random, string message, int nested, ref int number)
    {
        number += random.Next(1, 3);
        var type = Type(random, message, nested);
        text.Append(random.Next(5) switch
        {
            0 => $"repeated {type} f_{number} = {number};\n",
            1 => $"optional {type} f_{number} = {number} [deprecated = true];\n",
            2 => $"map<{Keys[random.Next(Keys.Length)]}, {type}> f_{number} = {number};\n",
            _ => $"{type} f_{number} = {number};\n",
        });
    }

    private static string Type(Random random, string message, int nested) => random.Next(4) switch
    {
        0 => random.Next(4) switch { 0 => "A", 1 => "C", 2 => "State", _ => "google.protobuf.Any" },
        1 when nested > 0 => $"{message}{random.Next(nested)}",
        _ => Scalars[random.Next(Scalars.Length)],
    };
}
