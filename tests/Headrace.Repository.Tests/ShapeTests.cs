using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Headrace.Repository;

public sealed class ShapeTests
{
    private const string Split = "Split the idea, not the file.";

    [Fact]
    public void A_file_has_at_most_400_lines_and_600_in_tests() =>
        Checkout.AssertNone(
            from file in Checkout.Sources
            let lines = file.Text.Count(character => character == '\n')
            where lines > (file.Area == "tests" ? 600 : 400)
            select $"{file.Path} has {lines} lines",
            Split);

    [Fact]
    public void A_method_has_at_most_40_lines() =>
        Checkout.AssertNone(
            from file in Checkout.Sources
            from node in file.Nodes
            let body = BodyOf(node)
            where body is not null
            let lines = LinesOf(body)
            where lines > 40
            select $"{file.At(node)} has a body of {lines} lines",
            Split);

    [Fact]
    public void A_constructor_has_at_most_7_parameters() =>
        Checkout.AssertNone(
            from file in Checkout.Sources
            from node in file.Nodes
            let parameters = node switch
            {
                ConstructorDeclarationSyntax constructor => constructor.ParameterList,
                // A record's parameters are its fields; often a format decides how many.
                TypeDeclarationSyntax type and not RecordDeclarationSyntax => type.ParameterList,
                _ => null,
            }
            where parameters is { Parameters.Count: > 7 }
            select $"{file.At(node)} takes {parameters.Parameters.Count} parameters",
            "Something in them belongs together: give it a type.");

    [Fact]
    public void A_file_has_one_public_type_and_its_name() =>
        Checkout.AssertNone(
            from file in Checkout.Sources
            where file.Area == "src"
            let types = file.Nodes.OfType<MemberDeclarationSyntax>()
                .Where(type => type is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && type.Parent is not TypeDeclarationSyntax && type.Modifiers.Any(SyntaxKind.PublicKeyword))
                .Select(NameOf).ToList()
            where types.Count > 0 && types.Any(type => !IsNamedAfter(file, type))
            select $"{file.Path} holds {string.Join(", ", types)}",
            "One public type per file, and the file has its name.");

    [Fact]
    public void Lambdas_in_samples_nest_at_most_twice() =>
        Checkout.AssertNone(
            from file in Checkout.Sources
            where file.Area == "samples"
            from lambda in file.Nodes.OfType<AnonymousFunctionExpressionSyntax>()
            where lambda.Ancestors().OfType<AnonymousFunctionExpressionSyntax>().Count() >= 2
            select file.At(lambda),
            "A sample is read by strangers. Name the inner step.");

    [Fact]
    public void Code_has_no_regions_but_those_of_the_docs() =>
        Checkout.AssertNone(
            from file in Checkout.Sources
            where file.Area is "src" or "benchmarks"
            from trivia in file.Syntax.GetRoot().DescendantTrivia()
            where trivia.IsKind(SyntaxKind.RegionDirectiveTrivia)
            select file.At(trivia.GetLocation()),
            "A region hides what should be a type.");

    [Fact]
    public void Code_has_no_async_void_and_no_dynamic() =>
        Checkout.AssertNone(
            from file in Checkout.Sources
            from node in file.Nodes
            where IsAsyncVoid(node) || (node is IdentifierNameSyntax { Identifier.Text: "dynamic" } name && SyntaxFacts.IsInTypeOnlyContext(name))
            select $"{file.At(node)}: {node.ToString().Split('\n')[0]}",
            "Nobody sees what such code throws.");

    [Fact]
    public void Code_has_no_static_mutable_state() =>
        Checkout.AssertNone(
            from file in Checkout.Sources
            from member in file.Nodes.OfType<MemberDeclarationSyntax>()
            where member.Modifiers.Any(SyntaxKind.StaticKeyword) && IsMutable(member)
            select $"{file.At(member)}: {member.ToString().Split('\n')[0]}",
            "It is shared by all that runs in the process, tests too. Give it an owner.");

    [Fact]
    public void Nobody_starts_a_task_and_forgets_it() =>
        Checkout.AssertNone(
            from file in Checkout.Sources
            where file.Area != "tests"
            from assignment in file.Nodes.OfType<AssignmentExpressionSyntax>()
            where assignment is { Left: IdentifierNameSyntax { Identifier.Text: "_" }, Right: InvocationExpressionSyntax call } && StartsTask(call)
            select $"{file.At(assignment)}: {assignment.ToString().Split('\n')[0]}",
            "Keep the task, and await it where the owner ends.");

    private static SyntaxNode? BodyOf(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax method => (SyntaxNode?)method.Body ?? method.ExpressionBody,
        LocalFunctionStatementSyntax function => (SyntaxNode?)function.Body ?? function.ExpressionBody,
        AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
        _ => null,
    };

    private static int LinesOf(SyntaxNode body)
    {
        var span = body.GetLocation().GetLineSpan();
        var braces = body is BlockSyntax ? 2 : 0;
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1 - braces;
    }

    private static string NameOf(MemberDeclarationSyntax type) => type switch
    {
        BaseTypeDeclarationSyntax named => named.Identifier.Text,
        DelegateDeclarationSyntax named => named.Identifier.Text,
        _ => "",
    };

    // IHandler.cs holds IHandler<T>; ITopicProducer.Single.cs may hold a part of it.
    private static bool IsNamedAfter(SourceFile file, string type) => Path.GetFileName(file.Path).Split('.')[0] == type;

    private static bool IsAsyncVoid(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.ReturnType.ToString() == "void",
        LocalFunctionStatementSyntax function => function.Modifiers.Any(SyntaxKind.AsyncKeyword) && function.ReturnType.ToString() == "void",
        _ => false,
    };

    private static bool IsMutable(MemberDeclarationSyntax member) => member switch
    {
        FieldDeclarationSyntax field => !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword) && !field.Modifiers.Any(SyntaxKind.ConstKeyword)
            && !field.AttributeLists.ToString().Contains("ThreadStatic", StringComparison.Ordinal),
        PropertyDeclarationSyntax property => property.AccessorList?.Accessors.Any(accessor => accessor.IsKind(SyntaxKind.SetAccessorDeclaration) && accessor.Body is null && accessor.ExpressionBody is null) ?? false,
        _ => false,
    };

    private static bool StartsTask(InvocationExpressionSyntax call)
    {
        var name = call.Expression.ToString();
        return name.EndsWith("Async", StringComparison.Ordinal) || name.EndsWith("Task.Run", StringComparison.Ordinal) || name.EndsWith("StartNew", StringComparison.Ordinal);
    }
}
