using Coda.Core.Recordings;
using System.Text;
using Coda.Core.Tasks;

namespace Coda.Core.Tests.Tasks;

public sealed class PlainOutputTests
{
    [Theory]
    [InlineData("one\r\ntwo\r\n", new[] { "one", "two" })]
    [InlineData("\e[1;31mred\e[0m \e]0;title\aplain\e]8;;http://x\e\\link\e(B", new[] { "red plainlink" })]
    [InlineData("10 %\r50 %\r100 %\n", new[] { "100 %" })]
    [InlineData("a\e[?25", new[] { "a" })]
    [InlineData("a\e]0;never ended", new[] { "a" })]
    [InlineData("\0\u0007bell\b", new[] { "bell" })]
    [InlineData("\n \n", new string[0])]
    public void Text_is_what_remains(string output, string[] lines) =>
        Assert.Equal(lines, PlainOutput.Lines(Encoding.UTF8.GetBytes(output)));

    [Fact]
    public void Any_bytes_give_text_without_control_characters()
    {
        var bytes = new byte[20_000];
        new Random(7).NextBytes(bytes);

        Assert.DoesNotContain(string.Concat(PlainOutput.Lines(bytes)), char.IsControl);
    }
}
