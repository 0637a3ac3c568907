using System.Diagnostics;
using System.Net;
using Coda.Web.Tests.Hosting;

namespace Coda.Web.Tests.Configuration;

/// <summary>Starting and stopping, as an operator or a platform sees it.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Home => Path.Combine(directory.Path, "home");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once_by_the_names_that_were_used()
    {
        await using var server = Start(new()
        {
            ["MAX_CONCURRENT_SESSIONS"] = "many",
            ["CODA_MAX_CONCURRENT"] = "0",
            ["CODA_AUTH"] = "maybe",
            ["CODA_APP_URL"] = "coda.example",
            ["DATABRICKS_APP_PORT"] = "99999",
            ["Recordings__TaskCapMb"] = "-1",
            ["Retention__Dayz"] = "3",
        });
        Assert.Equal(1, await server.ExitsAsync(Cancellation));
        foreach (var expected in (string[])[
            "MAX_CONCURRENT_SESSIONS=many must be a whole number.", "CODA_MAX_CONCURRENT=0 must be between 1 and 1000.",
            "CODA_AUTH=maybe must be one of local, databricks.", "CODA_APP_URL=coda.example must be an address",
            "DATABRICKS_APP_PORT=99999 must be between 0 and 65535.", "Recordings:TaskCapMb=-1 must be between 1",
            "Retention:Dayz is not a setting. Retention has: Days, TotalGb."])
        {
            Assert.Contains(expected, server.Output);
        }

        Assert.DoesNotContain("   at ", server.Output);
        Assert.False(Directory.Exists(Home));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://127.0.0.1:0;http://192.0.2.1:0")]
    public async Task Local_mode_never_listens_to_the_network(string urls)
    {
        await using var server = Start(new() { ["ASPNETCORE_URLS"] = urls });
        Assert.Equal(1, await server.ExitsAsync(Cancellation));
        Assert.Contains("loopback only", server.Output);
        Assert.Contains("ASPNETCORE_URLS", server.Output);
    }

    [Theory]
    [InlineData("http://127.0.0.1:99999", "a port is a number")]
    [InlineData("https://127.0.0.1:0", "https needs a certificate")]
    [InlineData("ftp://127.0.0.1:0", "http://")]
    [InlineData("nonsense", "it is no address")]
    [InlineData("http://[::1", "it is no address")]
    [InlineData("http://127.0.0.1:80x", "it is no address")]
    public async Task An_address_that_no_server_can_listen_on_is_told_in_one_line(string url, string expected)
    {
        await using var server = Start(new() { ["ASPNETCORE_URLS"] = url });
        Assert.Equal(1, await server.ExitsAsync(Cancellation));
        Assert.Contains($"'{url}' (ASPNETCORE_URLS or --urls)", server.Output);
        Assert.Contains(expected, server.Output);
        Assert.Single(server.Output.Split('\n'));
    }

    [Theory]
    [InlineData("Logging__LogLevel__Default", "Logging:LogLevel:Default=loud must be one of Trace,")]
    [InlineData("Logging__Console__LogLevel__Coda.Core", "Logging:Console:LogLevel:Coda.Core=loud must be one of Trace,")]
    public async Task A_log_level_that_there_is_not_is_named(string variable, string expected)
    {
        await using var server = Start(new() { [variable] = "loud" });
        Assert.Equal(1, await server.ExitsAsync(Cancellation));
        Assert.Contains(expected, server.Output);
        Assert.DoesNotContain("   at ", server.Output);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(300)]
    [InlineData(639)]
    public async Task Too_few_descriptors_are_told_in_one_line(int limit)
    {
        await using var server = StartWithDescriptors(limit);
        Assert.Equal(1, await server.ExitsAsync(Cancellation));
        Assert.Equal(
            "CoDA cannot start: it may open fewer than 640 files. "
            + "Raise the limit, for instance with 'ulimit -n 4096', and start it again.",
            server.Output);
    }

    [Fact]
    public async Task A_server_with_as_few_descriptors_as_it_accepts_starts_and_without_any_says_how_it_is()
    {
        await using var server = StartWithDescriptors(640);
        var address = await server.ListensAsync(Cancellation);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync($"{Home}/token", Cancellation)).Trim());
        Assert.Contains("\"terminals\"", await client.GetStringAsync($"{address}/diagnostics", Cancellation));

        // On the connection that is open it still says how it is when no file can be opened any more.
        using (var limit = System.Diagnostics.Process.Start("prlimit", ["--pid", $"{server.Id}", "--nofile=16:16"]))
        {
            await limit.WaitForExitAsync(Cancellation);
        }

        Assert.Contains("\"terminals\"", await client.GetStringAsync($"{address}/diagnostics", Cancellation));
    }

    [Fact]
    public async Task Connections_alone_cannot_take_the_last_descriptors()
    {
        await using var server = StartWithDescriptors(640);
        var address = new Uri(await server.ListensAsync(Cancellation));
        using var kept = new HttpClient();
        Assert.Equal("healthy", await kept.GetStringAsync($"{address}health", Cancellation));
        var sockets = new List<System.Net.Sockets.Socket>();
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                sockets.Add(new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp));
                await sockets[^1].ConnectAsync(IPAddress.Loopback, address.Port, Cancellation);
            }

            Assert.Equal("healthy", await kept.GetStringAsync($"{address}health", Cancellation));
            server.Terminate();
            Assert.Equal(0, await server.ExitsAsync(Cancellation));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task More_terminals_than_there_are_descriptors_for_are_refused_at_the_start()
    {
        await using var server = new CodaProcess(
            Environment(new() { ["MAX_CONCURRENT_SESSIONS"] = "500" }), "prlimit", "--nofile=1024:1024", "dotnet", CodaProcess.ServerPath);
        Assert.Equal(1, await server.ExitsAsync(Cancellation));
        Assert.Contains("too few for 505 terminals and tasks", server.Output);
        Assert.Single(server.Output.Split('\n'));
    }

    [Theory]
    [InlineData("echo short > token", "token holds no usable token (20 to 4096 characters)")]
    [InlineData("head -c 5000 /dev/zero > token", "token holds no usable token (20 to 4096 characters)")]
    [InlineData("mkdir token", "token is no plain file")]
    [InlineData("mkfifo token", "token is no plain file")]
    [InlineData("ln -s /dev/zero token", "token is no plain file")]
    [InlineData("mkfifo agents.json", "agents.json is no plain file")]
    [InlineData("mkdir agents.json", "agents.json is no plain file")]
    [InlineData("truncate -s 1T agents.json", "agents.json has more than 1,048,576 bytes")]
    [InlineData("echo '{ \"claude\": { \"executible\": 1 } }' > agents.json", "agents.json, agent 'claude': executible is no key")]
    [InlineData("echo { > agents.json", "agents.json cannot be used: line 2, byte 0")]
    [InlineData("mkdir coda.db", "coda.db is not the database's file")]
    [InlineData("echo mine > keys", "keys is not a directory")]
    public async Task A_file_of_the_home_that_is_none_is_told_in_one_line(string shell, string expected)
    {
        var before = File.GetUnixFileMode("/dev/zero");
        Directory.CreateDirectory(Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using (var made = Process.Start(new ProcessStartInfo("bash", ["-c", shell]) { WorkingDirectory = Home })!)
        {
            await made.WaitForExitAsync(Cancellation);
        }

        await using var server = Start([]);
        Assert.Equal(1, await server.ExitsAsync(Cancellation));
        Assert.Contains($"{Home}/{expected}", server.Output);
        Assert.Equal(before, File.GetUnixFileMode("/dev/zero"));
        Assert.Single(server.Output.Split('\n'));
    }

    [Fact]
    public async Task A_home_that_cannot_be_written_is_named_and_nothing_is_touched()
    {
        var file = Path.Combine(directory.Path, "file");
        await File.WriteAllTextAsync(file, "mine", Cancellation);
        await using var server = Start(new() { ["CODA_HOME"] = Path.Combine(file, "home") });
        Assert.Equal(1, await server.ExitsAsync(Cancellation));
        Assert.Contains($"CODA_HOME={file}/home", server.Output);
        Assert.DoesNotContain("   at ", server.Output);
        Assert.Equal("mine", await File.ReadAllTextAsync(file, Cancellation));
    }

    [Fact]
    public async Task A_second_server_on_the_same_home_names_the_first_and_leaves_it_alone()
    {
        await using var first = Start([]);
        var address = await first.ListensAsync(Cancellation);
        await using var second = Start([]);
        Assert.Equal(1, await second.ExitsAsync(Cancellation));
        Assert.Contains($"pid {first.Id}", second.Output);
        Assert.Contains(address, second.Output);
        Assert.DoesNotContain("   at ", second.Output);
        using var client = new HttpClient();
        Assert.Equal("healthy", await client.GetStringAsync($"{address}/health", Cancellation));
    }

    [Fact]
    public async Task A_database_from_the_future_is_not_touched()
    {
        await using (var server = Start([]))
        {
            await server.ListensAsync(Cancellation);
            server.Terminate();
            Assert.Equal(0, await server.ExitsAsync(Cancellation));
        }

        await using (var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Home}/coda.db;Pooling=False"))
        {
            await database.OpenAsync(Cancellation);
            await using var command = database.CreateCommand();
            command.CommandText = "PRAGMA user_version = 9999";
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        await using var older = Start([]);
        Assert.Equal(1, await older.ExitsAsync(Cancellation));
        Assert.Contains("coda.db", older.Output);
        Assert.DoesNotContain("   at ", older.Output);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = Start([]);
        var address = await first.ListensAsync(Cancellation);
        await using var second = Start(new() { ["CODA_HOME"] = Path.Combine(directory.Path, "other"), ["ASPNETCORE_URLS"] = address });
        Assert.Equal(1, await second.ExitsAsync(Cancellation));
        Assert.Contains(address, second.Output);
        Assert.Contains("--urls", second.Output);
        Assert.DoesNotContain("   at ", second.Output);
    }

    [Fact]
    public async Task The_console_tells_a_person_how_to_get_in_and_keeps_the_secret()
    {
        await using var server = Start([]);
        var address = await server.ListensAsync(Cancellation);
        using var client = new HttpClient();
        Assert.Equal("healthy", await client.GetStringAsync($"{address}/health", Cancellation));
        server.Terminate();
        Assert.Equal(0, await server.ExitsAsync(Cancellation));
        Assert.Contains($"{address}/login#c=", server.Output);
        Assert.Contains($"{address}/mcp", server.Output);
        Assert.Contains($"{Home}/token", server.Output);
        Assert.DoesNotContain((await File.ReadAllTextAsync($"{Home}/token", Cancellation)).Trim(), server.Output);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{Home}/token"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Home));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode($"{Home}/keys"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("true")]
    public async Task Secrets_and_diagnostics_are_out_of_sight_unless_a_developer_wants_them(string? allow)
    {
        var temporary = Directory.CreateDirectory(Path.Combine(directory.Path, "tmp")).FullName;
        var environment = new Dictionary<string, string>
        {
            ["DATABRICKS_CLIENT_SECRET"] = "planted-secret-42", ["ANTHROPIC_API_KEY"] = "planted-key-43", ["TMPDIR"] = temporary,
        };
        if (allow is not null)
        {
            environment["Diagnostics__Allow"] = allow;
        }

        await using var server = Start(environment);
        await server.ListensAsync(Cancellation);
        var seen = await File.ReadAllTextAsync($"/proc/{server.Id}/environ", Cancellation);
        Assert.Equal(allow is not null, seen.Contains("planted-", StringComparison.Ordinal));
        Assert.Equal(allow is not null, Directory.EnumerateFiles(temporary).Any(file => IsDiagnostics(Path.GetFileName(file))));
        var descriptors = Directory.GetFiles($"/proc/{server.Id}/fd").Select(descriptor => new FileInfo(descriptor).LinkTarget ?? "");
        Assert.DoesNotContain(descriptors, target => target.Contains("coda-secrets", StringComparison.Ordinal));

        static bool IsDiagnostics(string name) =>
            name.StartsWith("dotnet-diagnostic-", StringComparison.Ordinal) || name.StartsWith("clr-debug-pipe-", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_of_the_same_user_reads_no_secret_and_finds_no_diagnostics()
    {
        var temporary = Directory.CreateDirectory(Path.Combine(directory.Path, "tmp")).FullName;
        File.SetUnixFileMode(temporary, (UnixFileMode)0b111_111_111);
        await using var server = OrdinaryServer.Start(
            directory.Path, new() { ["DATABRICKS_CLIENT_SECRET"] = "planted-secret-42", ["TMPDIR"] = temporary });
        await server.ListensAsync(Cancellation);
        var seen = await OrdinaryServer.RunAsync(
            $"""
            cd /proc/{server.Id} || exit
            for file in environ mem maps cmdline status; do timeout 5 grep -a -s -q planted-secret $file && echo $file; done
            ls -l fd 2>/dev/null | grep -q -s secrets && echo fd
            for process in /proc/[0-9]*; do timeout 5 grep -a -s -q DATABRICKS_CLIENT_SECRET=planted $process/environ && echo $process; done
            ls {temporary} | grep -E 'dotnet-diagnostic|clr-debug'
            echo looked
            """,
            asServer: true);
        Assert.Equal("looked", seen);
    }

    [Fact]
    public async Task On_the_platform_it_admits_the_owner_and_ends_when_told()
    {
        await using var server = OrdinaryServer.Start(
            directory.Path,
            new()
            {
                ["APP_OWNER_EMAIL"] = "Owner@Example.com",
                ["Agents__shell__Delegable"] = "true",
                ["Access__Proxy__OwnUser"] = OrdinaryServer.CanBeAnother ? "false" : "true",
            });
        var port = new Uri(await server.ListensAsync(Cancellation)).Port;
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.Equal(HttpStatusCode.Forbidden, await RunAsync(client, "other@example.com"));
        Assert.Equal(HttpStatusCode.OK, await RunAsync(client, "owner@example.com"));

        // The task's program is deaf to every request to end; the platform's timeout is not to depend on it.
        server.Terminate();
        Assert.Equal(0, await server.ExitsAsync(Cancellation));
    }

    private static async Task<HttpStatusCode> RunAsync(HttpClient client, string email)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
        request.Headers.Add("X-Forwarded-Email", email);
        request.Headers.Add("X-Forwarded-Host", "coda-1234.aws.databricksapps.com");
        request.Content = new StringContent(
            """
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"coda_run",
             "arguments":{"agent":"shell","email":"","prompt":"trap '' HUP TERM; while :; do sleep 1; done"}}}
            """,
            System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    private CodaProcess Start(Dictionary<string, string> environment) => new(Environment(environment));

    private CodaProcess StartWithDescriptors(int limit) =>
        new(Environment([]), "prlimit", $"--nofile={limit}:{limit}", "dotnet", CodaProcess.ServerPath);

    private Dictionary<string, string> Environment(Dictionary<string, string> environment) =>
        new Dictionary<string, string> { ["CODA_HOME"] = Home, ["DATABRICKS_APP_PORT"] = "0" }
            .Concat(environment).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value);
}
