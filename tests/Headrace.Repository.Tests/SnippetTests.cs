namespace Headrace.Repository;

public sealed class SnippetTests
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
}
