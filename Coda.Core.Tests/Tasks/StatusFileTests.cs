using Coda.Core.Storage;
using Coda.Core.Tasks;

namespace Coda.Core.Tests.Tasks;

public sealed class StatusFileTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("coda-status-").FullName;
    private readonly TaskFiles files;

    public StatusFileTests()
    {
        files = new TaskFiles(CodaHome.Open(directory), SessionId.New().ToString(), TaskId.New().ToString());
        files.Create();
    }

    private string StatusPath => files.Status;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Each_line_is_read_once_and_only_when_whole()
    {
        var file = new StatusFile(files);
        Assert.Empty(file.ReadNew());

        Append("{\"step\":\"plan\",\"message\":\"one\"}\n{\"step\":\"ex");
        Assert.Equal([new StatusLine("plan", "one")], file.ReadNew());
        Assert.Empty(file.ReadNew());

        Append("ecute_1\",\"message\":\"two\"}\n");
        Assert.Equal([new StatusLine("execute_1", "two")], file.ReadNew());

        Append("{\"step\":\"last\"}");
        Assert.Empty(file.ReadNew());
        Assert.Equal([new StatusLine("last", "")], file.ReadNew(atEnd: true));
    }

    [Fact]
    public void A_file_deleted_emptied_or_begun_anew_is_read_from_its_start()
    {
        var file = new StatusFile(files);
        Append("{\"step\":\"a\"}\n");
        Assert.Single(file.ReadNew());

        File.Delete(StatusPath);
        Assert.Empty(file.ReadNew());
        Append("{\"step\":\"b\"}\n{\"step\":\"c\"}\n");
        Assert.Equal(["b", "c"], file.ReadNew().Select(line => line.Step));

        File.WriteAllText(StatusPath, "");
        Assert.Empty(file.ReadNew());
        File.WriteAllText(StatusPath, "{\"step\":\"d\"}\n");
        Assert.Equal(["d"], file.ReadNew().Select(line => line.Step));
    }

    [Fact]
    public void What_is_no_progress_is_passed_over()
    {
        var file = new StatusFile(files);
        Append("hello\n[1]\n{}\n{\"step\":7}\n\n{\"message\":\"\\ud800\"}\n\0\0\n");
        Append("{\"message\":\"" + new string('x', 70_000) + "\"}\n");
        Append("{\"message\":\"a\\nb\\u001b[31m\"}\n");

        Assert.Equal([new StatusLine("", "a b [31m")], file.ReadNew());
    }

    [Fact]
    public void A_flood_is_read_in_bounded_looks()
    {
        var file = new StatusFile(files);
        Append(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{{\"step\":\"s{i}\"}}\n")));

        var seen = 0;
        while (file.ReadNew() is { Count: > 0 } lines)
        {
            Assert.Equal($"s{seen}", lines[0].Step);
            Assert.True(lines.Count < 100_000);
            seen += lines.Count;
        }

        Assert.Equal(100_000, seen);
    }

    private void Append(string text) => File.AppendAllText(StatusPath, text);
}
