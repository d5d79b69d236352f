import java.lang.reflect.Field;
import java.util.Arrays;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * Starts DynamoDB Local on the loopback address only: its own command line binds every interface.
 * The first argument is the port (0: a free one), the others are DynamoDB Local's own. Prints
 * "listening on PORT" once it serves.
 */
public final class Loopback {
    public static void main(String[] arguments) throws Exception {
        int wanted = Integer.parseInt(arguments[0]);
        String[] own = Arrays.copyOfRange(arguments, 1, arguments.length);
        DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(own);
        Field field = DynamoDBProxyServer.class.getDeclaredField("server");
        field.setAccessible(true);
        Server server = (Server) field.get(proxy);
        for (Connector connector : server.getConnectors()) {
            ((ServerConnector) connector).setHost("127.0.0.1");
            ((ServerConnector) connector).setPort(wanted);
        }
        proxy.safeStart();
        int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
        System.out.println("listening on " + port);
        System.out.flush();
        proxy.join();
    }
}
