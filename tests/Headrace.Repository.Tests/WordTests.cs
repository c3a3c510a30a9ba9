using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Headrace.Repository;

public sealed partial class WordTests
{
    private static readonly string[] Banned =
        ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Processor", "Provider", "Info", "Base", "Impl", "Wrapper", "Envelope", "Dlq", "Checkpoint"];

    [Fact]
    public void A_type_name_says_what_the_type_is() =>
        Checkout.AssertNone(
            from file in Checkout.Sources
            from type in file.Nodes.OfType<BaseTypeDeclarationSyntax>()
            let word = Word().Matches(type.Identifier.Text).Select(match => match.Value).FirstOrDefault(Banned.Contains)
            where word is not null && !IsTheFrameworks(word, type)
            select $"{file.At(type)}: {type.Identifier.Text} has the word {word}",
            "It says nothing. Name the type after what it does.");

    [Fact]
    public void No_file_names_a_path_of_somebodys_machine() =>
        Checkout.AssertNone(
            from file in Checkout.Files
            where IsText(file)
            from line in Checkout.Read(file).Split('\n').Index()
            where MachinePath().IsMatch(line.Item)
            select $"{file}:{line.Index + 1}: {line.Item.Trim()}",
            "It exists on one machine only. Say it relative to the project, or by a setting.");

    // What extends a TimeProvider or an ILoggerProvider may say so.
    private static bool IsTheFrameworks(string word, BaseTypeDeclarationSyntax type) =>
        type.BaseList?.Types.Any(parent => parent.Type.ToString().EndsWith(word, StringComparison.Ordinal)) ?? false;

    private static bool IsText(string file) => Path.GetExtension(file) is not (".png" or ".jpg" or ".ico" or ".woff2" or ".gz" or ".bin");

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<![\w.])/(?:work|root|home/[a-z]+|Users/\w+)/|[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();
}
