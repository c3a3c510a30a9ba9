using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Headrace.Repository;

public sealed class FloorTests
{
    [Fact]
    public void Every_project_stands_on_a_floor() =>
        Checkout.AssertNone(
            Checkout.Projects.Except(Floors.Projects.Keys).Concat(Floors.Projects.Keys.Except(Checkout.Projects)),
            "The projects under src and those in Floors.Projects differ. Name each there with what it may refer to.");

    [Fact]
    public void A_project_refers_to_lower_floors_only()
    {
        var faults =
            from file in Checkout.Files
            where file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal)
            let project = Path.GetFileNameWithoutExtension(file)
            from reference in XDocument.Parse(Checkout.Read(file)).Descendants("ProjectReference")
            let target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
            where !Floors.Projects.GetValueOrDefault(project, []).Contains(target)
            select $"{file} refers to {target}";
        Checkout.AssertNone(faults, "Lower floors never import higher ones. Move the code down, or hand it up through a delegate.");
    }

    [Theory]
    [InlineData("Headrace.DevBroker")]
    [InlineData("Headrace.Core")]
    [InlineData("Headrace")]
    [InlineData("Headrace.SchemaRegistry")]
    public void A_file_uses_its_own_or_an_earlier_folder(string project)
    {
        var files = Checkout.Sources.Where(file => file.Area == "src" && file.Project == project).ToList();
        var order = Floors.Folders[project];
        var faults = files.Where(file => IndexOf(file, order) < 0).Select(file => $"{file.Path} lies in no folder of Floors.Folders.")
            .Concat(UpwardUses(project, files, order));
        Checkout.AssertNone(faults, $"The order is {string.Join(" ← ", order)}. Move the type down, or the file that uses it up.");
    }

    /// <summary>The place of a file's folder in the order, which may name a folder inside a folder.</summary>
    private static int IndexOf(SourceFile file, string[] order) =>
        Array.FindIndex(order, folder => file.Path.StartsWith($"src/{file.Project}/{folder}/", StringComparison.Ordinal));

    private static IEnumerable<string> UpwardUses(string project, List<SourceFile> files, string[] order)
    {
        var folders = files.ToDictionary(file => file.Path, file => IndexOf(file, order));
        var compilation = Compile(project, files);
        return from file in files
               let model = compilation.GetSemanticModel(file.Syntax)
               from name in file.Nodes.OfType<SimpleNameSyntax>()
               let type = TypeNamedBy(model, name)
               where type is not null
               let declared = type.DeclaringSyntaxReferences.Select(reference => folders.GetValueOrDefault(reference.SyntaxTree.FilePath, -1)).DefaultIfEmpty(-1).Min()
               where declared > folders[file.Path]
               select $"{file.At(name)} uses {type.Name} of the later folder {order[declared]}";
    }

    /// <summary>The type that a name stands for; of an extension method the type that holds it.</summary>
    private static INamedTypeSymbol? TypeNamedBy(SemanticModel model, SimpleNameSyntax name) => model.GetSymbolInfo(name).Symbol switch
    {
        INamedTypeSymbol type => type.OriginalDefinition,
        IMethodSymbol { IsExtensionMethod: true } method => method.ContainingType,
        _ => null,
    };

    private static CSharpCompilation Compile(string project, List<SourceFile> files)
    {
        var references = Assemblies.ByName.Where(assembly => assembly.Key != project).Select(assembly => assembly.Value);
        var usings = CSharpSyntaxTree.ParseText(
            """
            global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
            global using System.Threading; global using System.Threading.Tasks;
            """,
            SourceFile.Language);
        return CSharpCompilation.Create(project, [usings, .. files.Select(file => file.Syntax)], references, new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }
}
