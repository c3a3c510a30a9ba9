using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Headrace.Repository;

/// <summary>Prints what a built assembly offers to other projects: one line per type and member, sorted.</summary>
internal static class PublicApi
{
    private static readonly SymbolDisplayFormat Names = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints | SymbolDisplayGenericsOptions.IncludeVariance,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat Members = Names
        .WithMemberOptions(SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeModifiers
            | SymbolDisplayMemberOptions.IncludeConstantValue | SymbolDisplayMemberOptions.IncludeRef)
        .WithParameterOptions(SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeParamsRefOut
            | SymbolDisplayParameterOptions.IncludeDefaultValue | SymbolDisplayParameterOptions.IncludeExtensionThis);

    private static readonly SymbolDisplayFormat Delegates = new(
        genericsOptions: Names.GenericsOptions,
        delegateStyle: SymbolDisplayDelegateStyle.NameAndSignature,
        parameterOptions: Members.ParameterOptions,
        miscellaneousOptions: Names.MiscellaneousOptions);

    public static string Print(string assembly)
    {
        var compilation = CSharpCompilation.Create("api", references: Assemblies.ByName.Values);
        var symbol = (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(Assemblies.ByName[assembly])!;
        var text = new StringBuilder();
        foreach (var type in TypesIn(symbol.GlobalNamespace).OrderBy(type => type.ToDisplayString(), StringComparer.Ordinal))
        {
            Print(type, text);
        }

        return text.ToString();
    }

    private static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceOrTypeSymbol container) =>
        container.GetMembers().SelectMany(member => member switch
        {
            INamespaceSymbol inner => TypesIn(inner),
            INamedTypeSymbol type when IsOffered(type) && type.CanBeReferencedByName => TypesIn(type).Prepend(type),
            _ => [],
        });

    private static void Print(INamedTypeSymbol type, StringBuilder text)
    {
        var name = type.TypeKind == TypeKind.Delegate ? type.ToDisplayString(Delegates) : type.ToDisplayString(Names);
        var above = type.Interfaces.Select(one => one.ToDisplayString(Names)).Order(StringComparer.Ordinal);
        if (type.BaseType is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType or SpecialType.System_Enum or SpecialType.System_MulticastDelegate) } parent)
        {
            above = above.Prepend(parent.ToDisplayString(Names)).Order(StringComparer.Ordinal);
        }

        var bases = type.TypeKind is TypeKind.Delegate or TypeKind.Enum || !above.Any() ? "" : $" : {string.Join(", ", above)}";
        text.Append(Modifiers(type)).Append(name).Append(bases).Append("  [").Append(type.ContainingNamespace.ToDisplayString()).Append("]\n");
        if (type.TypeKind == TypeKind.Delegate)
        {
            return;
        }

        foreach (var line in type.GetMembers().Where(IsListed).Select(Line).Order(StringComparer.Ordinal))
        {
            text.Append("    ").Append(line).Append('\n');
        }
    }

    private static string Modifiers(INamedTypeSymbol type)
    {
        var kind = type switch
        {
            { TypeKind: TypeKind.Interface } => "interface ",
            { TypeKind: TypeKind.Enum } => "enum ",
            { TypeKind: TypeKind.Delegate } => "delegate ",
            { IsReadOnly: true } => "readonly struct ",
            { TypeKind: TypeKind.Struct } => "struct ",
            { IsStatic: true } => "static class ",
            { IsAbstract: true } => "abstract class ",
            { IsSealed: true } => "sealed class ",
            _ => "class ",
        };
        return type.IsRecord ? kind.Replace("class", "record", StringComparison.Ordinal).Replace("struct", "record struct", StringComparison.Ordinal) : kind;
    }

    // What the compiler adds to a record is not listed, nor is what overrides a method of object.
    private static bool IsListed(ISymbol member) =>
        IsOffered(member)
        && member is not INamedTypeSymbol and not IMethodSymbol { AssociatedSymbol: not null }
        && member is not IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters.Length: 0, ContainingType.IsValueType: true }
        && !member.IsOverride
        && !member.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "CompilerGeneratedAttribute");

    private static bool IsOffered(ISymbol symbol) =>
        symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;

    private static string Line(ISymbol member) =>
        member is IPropertySymbol property ? $"{property.ToDisplayString(Members)} {{ {Accessors(property)} }}" : member.ToDisplayString(Members);

    private static string Accessors(IPropertySymbol property)
    {
        var accessors = new[] { property.GetMethod, property.SetMethod }.Where(accessor => accessor is not null && IsOffered(accessor));
        return string.Join(' ', accessors.Select(accessor => accessor!.MethodKind == MethodKind.PropertyGet ? "get;" : accessor.IsInitOnly ? "init;" : "set;"));
    }
}
