using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Headrace.Repository;

/// <summary>One C# file.</summary>
internal sealed class SourceFile
{
    public static readonly CSharpParseOptions Language = new(LanguageVersion.Preview);
    private readonly Lazy<SyntaxTree> _syntax;

    public SourceFile(string path)
    {
        Path = path;
        _syntax = new(() => CSharpSyntaxTree.ParseText(Text, Language, path));
    }

    /// <summary>From the root, with slashes: <c>src/Headrace.Core/Records/Record.cs</c>.</summary>
    public string Path { get; }

    public string Text => Checkout.Read(Path);

    public SyntaxTree Syntax => _syntax.Value;

    public IEnumerable<SyntaxNode> Nodes => Syntax.GetRoot().DescendantNodes();

    /// <summary>The area: src, samples, tests, benchmarks.</summary>
    public string Area => Path.Split('/')[0];

    public string Project => Path.Split('/')[1];

    /// <summary>The folder inside the project; empty for a file beside the project file.</summary>
    public string Folder => Path.Split('/') is [_, _, var folder, _, ..] ? folder : "";

    /// <summary>Where a node begins: <c>path:line</c>.</summary>
    public string At(SyntaxNode node) => At(node.GetLocation());

    public string At(Location place) => $"{Path}:{place.GetLineSpan().StartLinePosition.Line + 1}";
}
