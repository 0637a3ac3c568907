using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Coda.Web.Tests.Uploads;

/// <summary>Files into a terminal, over HTTP.</summary>
public sealed class UploadEndpointTests : IAsyncLifetime
{
    private const int Mebibyte = 1 << 20;
    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/bash", ["Uploads:TotalMb"] = "40" });
    private HttpClient owner = null!;
    private Terminal terminal = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Folder => app.Services.GetRequiredService<CodaHome>().UploadsDirectory;

    private string Address => AddressOf(terminal.Id.ToString());

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        owner = app.Owner();
        var opening = await app.Services.GetRequiredService<TerminalRegistry>().OpenShellAsync(
            TestCaller.Owner, TerminalSize.Default, ColorScheme.Dark, Cancellation);
        terminal = Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        owner.Dispose();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_of_32_MiB_is_kept_and_its_path_is_ready_to_be_typed(bool lengthIsKnown)
    {
        var content = new byte[32 * Mebibyte];
        Random.Shared.NextBytes(content);
        using var answer = await SendAsync(owner, Address + "?name=über%20uns.png", content, lengthIsKnown);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var kept = (await answer.Content.ReadFromJsonAsync<KeptFile>(Cancellation))!;
        Assert.Equal(Folder, Path.GetDirectoryName(Path.GetDirectoryName(kept.Path)));
        Assert.Equal("über_uns.png", Path.GetFileName(kept.Path));
        Assert.Equal($"'{kept.Path}' ", kept.Typed);
        Assert.Equal(content, await File.ReadAllBytesAsync(kept.Path, Cancellation));
    }

    [Fact]
    public async Task A_plain_path_is_typed_without_quotes()
    {
        using var answer = await SendAsync(owner, Address + "?name=data.csv", [1]);
        var kept = (await answer.Content.ReadFromJsonAsync<KeptFile>(Cancellation))!;
        Assert.Equal($"{kept.Path} ", kept.Typed);
    }

    [Fact]
    public async Task What_was_uploaded_is_never_served()
    {
        using var answer = await SendAsync(owner, Address + "?name=page.html", "<script>alert(1)</script>"u8.ToArray());
        var kept = (await answer.Content.ReadFromJsonAsync<KeptFile>(Cancellation))!;
        var below = Path.GetRelativePath(Folder, kept.Path);
        foreach (var path in (string[])[Address, $"{Address}/{below}", $"{Address}?name=page.html", $"/uploads/{below}", kept.Path])
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                using var request = new HttpRequestMessage(method, path);
                request.Headers.Accept.ParseAdd("text/html");
                using var served = await owner.SendAsync(request, Cancellation);
                Assert.Contains(served.StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed]);
                Assert.DoesNotContain("alert(1)", await served.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Strangers_and_foreign_pages_upload_nothing()
    {
        using var stranger = app.Stranger();
        using var refused = await SendAsync(stranger, Address, [1]);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var foreign = await SendAsync(owner, Address, [1], change: request => request.Headers.Add("Origin", "https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        using var plain = await SendAsync(owner, Address, [1], change: request => request.Headers.Remove("X-Coda-Form"));
        Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
        Assert.False(Directory.Exists(Folder));
    }

    [Theory]
    [InlineData("term-000000000000")]
    [InlineData("nonsense")]
    [InlineData("..%2F..")]
    public async Task A_terminal_that_never_was_takes_nothing(string id)
    {
        using var answer = await SendAsync(owner, AddressOf(id), [1]);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("no such terminal", await MessageAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_that_has_ended_takes_nothing()
    {
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        using var answer = await SendAsync(owner, Address, [1]);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("ended", await MessageAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_terminal_of_a_task_takes_nothing()
    {
        var start = await app.Services.GetRequiredService<TaskService>().StartAsync(
            TestCaller.Owner, new TaskRequest { Prompt = "sleep 600", Agent = "shell" }, Cancellation);
        var task = Assert.IsType<TaskStart.Started>(start).Task;
        using var answer = await SendAsync(owner, AddressOf(task.TerminalId), [1]);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("a task's", await MessageAsync(answer), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task What_says_that_it_is_too_large_is_refused_before_it_comes_and_elsewhere_less_is()
    {
        Assert.StartsWith("HTTP/1.1 413", await AnswerToHeadAsync($"{Address}?name=x", 33 * Mebibyte), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413", await AnswerToHeadAsync("/tasks/start", 31 * Mebibyte), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task What_turns_out_to_be_too_large_is_refused_and_leaves_nothing()
    {
        using var answer = await SendAsync(owner, Address, new byte[33 * Mebibyte], lengthIsKnown: false);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("larger than 32 MiB", await MessageAsync(answer), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Beyond_the_total_there_is_no_room()
    {
        using var first = await SendAsync(owner, Address, new byte[30 * Mebibyte]);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var second = await SendAsync(owner, Address, new byte[11 * Mebibyte]);
        Assert.Equal(HttpStatusCode.InsufficientStorage, second.StatusCode);
        Assert.Contains("30 of 40 MiB", await MessageAsync(second), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 100000", "")]
    [InlineData("Transfer-Encoding: chunked", "186a0\r\n")]
    public async Task A_connection_that_is_cut_half_way_leaves_nothing(string length, string before)
    {
        using (var connection = await ConnectAsync($"{Address}?name=half", length))
        {
            await connection.SendAsync(Encoding.ASCII.GetBytes(before + new string('x', 50_000)), Cancellation);
            await Waiting.UntilAsync(() => Directory.Exists(Folder)
                && Directory.EnumerateFiles(Folder, "half", SearchOption.AllDirectories).Any(file => new FileInfo(file).Length > 0));
            connection.Close(timeout: 0);
        }

        await Waiting.UntilAsync(() => Directory.GetFileSystemEntries(Folder).Length == 0);
    }

    private static string AddressOf(string id) => $"/terminals/{id}/files";

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, string address, byte[] content, bool lengthIsKnown = true, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(content) };
        request.Headers.Add("X-Coda-Form", "test");
        request.Headers.TransferEncodingChunked = !lengthIsKnown;
        change?.Invoke(request);
        return await client.SendAsync(request, Cancellation);
    }

    private static async Task<string> MessageAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<Failure>(Cancellation))!.Message;

    private async Task<string> AnswerToHeadAsync(string path, int length)
    {
        using var connection = await ConnectAsync(path, $"Content-Length: {length}");
        var answer = new byte[1000];
        return Encoding.ASCII.GetString(answer, 0, await connection.ReceiveAsync(answer, Cancellation));
    }

    private async Task<Socket> ConnectAsync(string path, string length)
    {
        var server = new Uri(app.Url);
        var connection = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await connection.ConnectAsync(server.Host, server.Port, Cancellation);
        await connection.SendAsync(
            Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {app.Token}\r\nX-Coda-Form: test\r\n"
                + $"Content-Type: application/json\r\n{length}\r\n\r\n"),
            Cancellation);
        return connection;
    }

    private sealed record KeptFile(string Path, string Typed);

    private sealed record Failure(string Message);
}
