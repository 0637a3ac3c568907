using System.Text;
using Coda.Core.Uploads;

namespace Coda.Core.Tests.Uploads;

public sealed class UploadNameTests
{
    [Theory]
    [InlineData("photo.png")]
    [InlineData("__init__.py")]
    [InlineData("a-b_c.tar.gz")]
    [InlineData("Übersicht-世界.pdf")]
    [InlineData("e\u0301te\u0301.txt")] // accents as characters of their own
    public void A_plain_name_stays(string name) => Assert.Equal(name, UploadName.Safe(name));

    [Theory]
    [InlineData("../../x", "x")]
    [InlineData("/etc/passwd", "passwd")]
    [InlineData(@"C:\Users\me\x.txt", "x.txt")]
    [InlineData("a\nb", "a_b")]
    [InlineData("a\0b.txt", "a_b.txt")]
    [InlineData("photo\u202egnp.exe", "photo_gnp.exe")]
    [InlineData("a\u200b\u2066b", "a_b")]
    [InlineData("-rf", "rf")]
    [InlineData("--.-rf", "rf")]
    [InlineData(".bashrc", "bashrc")]
    [InlineData("Bild (1).png", "Bild_1_.png")]
    [InlineData("$(touch x); 'y'.sh", "_touch_x_y_.sh")]
    [InlineData("x\ud800y", "x_y")] // half a surrogate pair
    [InlineData("", "file")]
    [InlineData("..", "file")]
    [InlineData("dir/", "file")]
    [InlineData("\u0301\u202e.png", "file.png")]
    [InlineData("🙂", "file")]
    public void What_could_be_taken_for_something_else_is_made_safe(string name, string expected) =>
        Assert.Equal(expected, UploadName.Safe(name));

    [Theory]
    [InlineData("x", ".png")]
    [InlineData("世", ".html")]
    [InlineData("𠀀", ".csv")]
    public void A_long_name_is_cut_and_keeps_its_extension(string letter, string extension)
    {
        var name = UploadName.Safe(string.Concat(Enumerable.Repeat(letter, 300)) + extension);
        Assert.InRange(name.Length, 55, 60);
        Assert.InRange(Encoding.UTF8.GetByteCount(name), 1, 255);
        Assert.EndsWith(letter + extension, name, StringComparison.Ordinal);
    }
}
