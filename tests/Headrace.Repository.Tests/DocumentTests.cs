using System.Text.RegularExpressions;

namespace Headrace.Repository;

public sealed partial class DocumentTests
{
    [Fact]
    public void Code_in_the_documents_is_code_that_compiles()
    {
        var faults = new List<string>();
        foreach (var document in Checkout.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal)))
        {
            var text = Checkout.Read(document);
            var renewed = Snippets.Renew(document, text, faults);
            if (Renewal.IsWanted)
            {
                Checkout.Write(document, renewed);
            }
            else if (renewed != text)
            {
                faults.Add($"{document} differs from the regions it names");
            }
        }

        Checkout.AssertNone(faults, $"Put '<!-- snippet: file#region -->' above the block and run {Renewal.Command}.");
    }

    [Fact]
    public void A_link_in_the_documents_leads_somewhere() =>
        Checkout.AssertNone(
            from document in Checkout.Files
            where document.EndsWith(".md", StringComparison.Ordinal)
            from link in Link().Matches(Checkout.Read(document))
            let target = link.Groups["target"].Value
            where !target.Contains("://", StringComparison.Ordinal)
            let path = Path.Combine(Checkout.Root, Path.GetDirectoryName(document)!, target)
            where !Path.Exists(path)
            select $"{document} links to {target}",
            "What it leads to was moved or never came.");

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
